// onnxruntime.js BATCH THREADS INPUT MODEL CHANNELS,HEIGHT,WIDTH: ONNX Runtime's part of the comparison.
// It runs what `nncc graph -o net.onnx` wrote, and talks as nncc.c does.
const fs = require('fs')
const readline = require('readline')
const ort = require('onnxruntime-node')

const [batch, threads, path, model, shape] = process.argv.slice(2)
const options = {intraOpNumThreads: Number(threads), interOpNumThreads: 1, graphOptimizationLevel: 'all'}
const now = () => Number(process.hrtime.bigint()) / 1e6

async function main() {
  const bytes = fs.readFileSync(path)
  const values = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)
  const feed = {input: new ort.Tensor('float32', values, [Number(batch), ...shape.split(',').map(Number)])}
  const session = await ort.InferenceSession.create(model, options)
  const {output} = await session.run(feed)
  const version = require('onnxruntime-node/package.json').version
  console.log(JSON.stringify({name: `ONNX Runtime ${version}`, output: [...output.data.slice(0, 2)]}))
  for await (const turn of readline.createInterface({input: process.stdin})) {
    const ms = [], begin = now()
    await session.run(feed)
    while (ms.length < 3 || now() - begin < Number(turn)) {
      const start = now()
      await session.run(feed)
      ms.push(now() - start)
    }
    console.log(JSON.stringify({ms, memory: 1024 * process.resourceUsage().maxRSS}))
  }
}

main()
