/** A SMART Health Card: `shc:/` and digit pairs (health-cards specification, "Encoding chunks as QR codes"). */
export const isSmartCard = (text: string): boolean => /^shc:\//i.test(text);
