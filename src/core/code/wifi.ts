/** A network's name and password (`WIFI:S:…;;`). */
export const isWifi = (text: string): boolean => /^WIFI:/i.test(text);
