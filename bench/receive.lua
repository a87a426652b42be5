-- Load for the callback door: every request is a new callback of about 1.2 KB, like Suno API sends it when a song is ready.
--
--   wrk -t2 -c64 -d20s --latency -s bench/receive.lua http://127.0.0.1:8080/callbacks/suno/<token>
--
-- RUN (environment) tells one run from the next on the same ledger, else its callbacks are duplicates; by default the time
-- of the start. STAGE is the callbackType of Suno API: text (default) leaves a task to be read, complete ends it.
-- The last lines tell how many answers were not 200.
local run = os.getenv("RUN") or tostring(os.time())
local stage = os.getenv("STAGE") or "text"
local threads = {}
local number = 0

function setup(thread)
  number = number + 1
  thread:set("thread", number)
  table.insert(threads, thread)
end

function init(args)
  count, accepted, duplicate, refused = 0, 0, 0, 0
  local song = '{"id":"%s-%d","audio_url":"https://cdn1.example.net/%s-%d.mp3","image_url":"https://cdn1.example.net/%s-%d.jpeg",'
    .. '"prompt":"' .. string.rep("A quiet evening by the harbour, slow piano. ", 8) .. '",'
    .. '"model_name":"chirp-v4","title":"Harbour","tags":"piano, slow","duration":198.4,"createTime":1763715600000}'
  template = '{"code":200,"msg":"All generated successfully.","data":{"callbackType":"' .. stage .. '","task_id":"%s","data":['
    .. song .. "," .. song .. "]}}"
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/json"
end

function request()
  count = count + 1
  local task = run .. "-" .. thread .. "-" .. count
  return wrk.format(nil, nil, nil, template:format(task, task, 0, task, 0, task, 0, task, 1, task, 1, task, 1))
end

function response(status, headers, body)
  if status ~= 200 then
    refused = refused + 1
  elseif body:find("duplicate", 1, true) then
    duplicate = duplicate + 1
  else
    accepted = accepted + 1
  end
end

function done(summary, latency, requests)
  local a, d, r = 0, 0, 0
  for _, thread in ipairs(threads) do
    a, d, r = a + thread:get("accepted"), d + thread:get("duplicate"), r + thread:get("refused")
  end
  io.write(("accepted %d  duplicate %d  refused %d  broken %d\n"):format(
    a, d, r, summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
  io.write(("per second %.0f  p50 %.1f ms  p99 %.1f ms\n"):format(
    summary.requests / (summary.duration / 1e6), latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
