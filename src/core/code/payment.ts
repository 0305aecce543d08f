import { addressOf, under } from "./address.ts";

/** What the payer shows: Alipay 25–30 (16 to 24 digits), WeChat 10–15 (18 digits), UnionPay 62 (19 digits). */
const PAYER = /^(?:(?:2[5-9]|30)\d{14,22}|1[0-5]\d{16}|62\d{17})$/;
/** What the shop shows: EMVCo merchant-presented codes open with format 01 and end with a CRC (EMV QRCPS 1.1, section 4). */
const MERCHANT = /^000201.*6304[0-9A-F]{4}$/is;
const SCHEME = /^(?:wxp|alipays?|alipayqr|upi|bitcoin|ethereum|weixin:\/\/wxpay)[:/]/i;
const HOSTS = ["qr.alipay.com", "mobilecodec.alipay.com", "qr.95516.com", "wx.tenpay.com", "payapp.weixin.qq.com"];

export function isPayment(text: string): boolean {
  const host = addressOf(text)?.host;
  if (host !== undefined) return HOSTS.some((domain) => under(host, domain));
  return PAYER.test(text) || MERCHANT.test(text) || SCHEME.test(text);
}
