/** Version of the envelope, its field `v`; alone here so that the outbox thread need not load the schemas. */
export const envelopeVersion = 1;
