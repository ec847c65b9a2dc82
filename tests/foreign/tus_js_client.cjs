// Sends one file with tus-js-client as argv[2] (JSON) says, and writes what happened as one line of JSON.
// argv[3]: the folder with node_modules.
const fs = require('node:fs')
const { createRequire } = require('node:module')
const tus = createRequire(process.argv[3] + '/')('tus-js-client')

const wish = JSON.parse(process.argv[2])
const sent = []

function end(result) {
  fs.writeSync(1, JSON.stringify({ url: upload.url, sent, ...result }) + '\n')
  process.exit(0)
}

const upload = new tus.Upload(fs.createReadStream(wish.path), {
  endpoint: wish.endpoint,
  uploadUrl: wish.url,
  uploadSize: wish.size,
  metadata: wish.metadata,
  chunkSize: wish.chunkSize ?? Infinity,
  uploadDataDuringCreation: wish.inCreation ?? false,
  overridePatchMethod: wish.override ?? false,
  headers: wish.headers ?? {},
  retryDelays: null,
  onBeforeRequest: (request) => { sent.push(request.getMethod()) },
  onChunkComplete: (_, accepted) => {
    if (wish.leaveAfter && accepted >= wish.leaveAfter) end({ left: accepted })
    if (wish.terminateAfter && accepted >= wish.terminateAfter) {
      upload.abort(true).then(() => end({ terminated: accepted }), (error) => end({ error: String(error) }))
    }
  },
  onSuccess: () => end({ done: true }),
  onError: (error) => end({ error: String(error), status: error.originalResponse?.getStatus() ?? null }),
})
upload.start()
