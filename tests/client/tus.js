// A phone that sends a file with tus-js-client. Its one argument is JSON:
// {endpoint, token, photo, path, options, url (of an upload begun earlier), stopAt (bytes the server has)}.
// It prints what became of it: {stored: url}, {stopped: url} or {fault, status, body}.
const fs = require('node:fs')
const tus = require('tus-js-client')

const { endpoint, token, photo, path, options, url, stopAt } = JSON.parse(process.argv[2])
const told = (what) => process.stdout.write(JSON.stringify(what) + '\n')

const upload = new tus.Upload(fs.createReadStream(path), {
  endpoint,
  uploadUrl: url,
  uploadSize: fs.statSync(path).size,
  chunkSize: Number.POSITIVE_INFINITY,
  headers: { Authorization: `Bearer ${token}` },
  metadata: { photo, filename: '照片.jpg' },
  retryDelays: Array(100).fill(5),
  ...options,
  onSuccess: () => told({ stored: upload.url }),
  onError: (fault) => told({
    fault: fault.message,
    status: fault.originalResponse && fault.originalResponse.getStatus(),
    body: fault.originalResponse && fault.originalResponse.getBody(),
  }),
  onChunkComplete: (size, accepted) => {
    if (stopAt && accepted >= stopAt) upload.abort().then(() => told({ stopped: upload.url }))
  },
})
upload.start()
