// What a request brings, with a limit: nobody fills the memory of a small machine by posting.

/** An answer that is not a success, and why. */
export class Refused extends Error {
  /** @param {number} status @param {string} message */
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** The object that the body holds as JSON. @param {Request} request @param {number} maxBytes */
export async function readJson(request, maxBytes) {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  const reader = request.body?.getReader();
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    bytes += part.value.byteLength;
    if (bytes > maxBytes) {
      await reader?.cancel();
      throw new Refused(413, `the body must have at most ${maxBytes} bytes`);
    }
    text += decoder.decode(part.value, { stream: true });
  }
  try {
    const json = JSON.parse(text + decoder.decode());
    if (typeof json === 'object' && json !== null && !Array.isArray(json))
      return /** @type {Record<string, unknown>} */ (json);
  } catch {
    // Said below, with what else is no object.
  }
  throw new Refused(400, 'the body must be a JSON object');
}
