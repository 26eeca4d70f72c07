/** Writes entries as one line of JSON each, with the fields by which Lambda filters. */
export function createLog(write = (line) => process.stdout.write(line)) {
  return (level, message, fields = {}) => {
    write(`${JSON.stringify({ timestamp: new Date().toISOString(), level, message, ...fields })}\n`);
  };
}
