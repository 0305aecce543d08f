/** Text of the national electronic health card: 64 hex digits, a colon, one digit. Unsigned: it proves nothing by itself. */
const SHAPE = /^[0-9A-F]{64}:[0-9]$/i;

export const isHealthCard = (text: string): boolean => SHAPE.test(text);
