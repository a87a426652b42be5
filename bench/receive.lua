-- wrk: a unique callback of about 1.2 KB with each request. In: run, a name that no other run has.
-- Says at the end: bench <answers> <answers of 400 and more> <connections that failed> <seconds> <p99 in ms>
local threads = 0
local head, tail
local count = 0

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

function init(args)
  head = '{"code":200,"msg":"All generated successfully.","data":{"callbackType":"complete","task_id":"'
    .. args[1] .. '-' .. number .. '-'
  local track = '{"id":"8551662c-0000-4000-8000-%012d","audio_url":"https://cdn1.suno.ai/%012d.mp3",'
    .. '"source_audio_url":"https://cdn1.suno.ai/%012d-source.mp3","image_url":"https://cdn2.suno.ai/image_%012d.jpeg",'
    .. '"prompt":"[Verse] Night city lights shining bright, rain on the glass and the long road home",'
    .. '"model_name":"chirp-v4-5","title":"Iron Man","tags":"electrifying, rock, guitar, drums, male voice",'
    .. '"createTime":"2026-11-21 10:10:10","duration":198.44}'
  tail = '","data":[' .. string.format(track, 1, 1, 1, 1) .. ',' .. string.format(track, 2, 2, 2, 2) .. ']}}'
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/json"
end

function request()
  count = count + 1
  return wrk.format(nil, nil, nil, head .. count .. tail)
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format("bench %d %d %d %.3f %.3f\n", summary.requests, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout, summary.duration / 1e6, latency:percentile(99) / 1e3))
end
