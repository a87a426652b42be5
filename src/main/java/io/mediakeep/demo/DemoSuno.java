package io.mediakeep.demo;

import static io.mediakeep.demo.DemoJson.object;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Simulates Suno API: music videos and music, with details in camelCase, callbacks in snake_case that nobody signs, and
 * no list. Answers 430 above 20 requests in 10 seconds. So that the product learns of its tasks, their ids wait here to
 * be registered, as the application that made them would do it.
 */
public final class DemoSuno {
    private static final String PREFIX = "/demo/suno";
    private static final String VIDEO = "mp4";
    private static final String MUSIC = "music";
    private static final String VIDEO_DETAILS = "/api/v1/mp4/record-info";
    private static final String MUSIC_DETAILS = "/api/v1/generate/record-info";
    private static final int REQUESTS = 20;
    private static final Duration REQUESTS_WITHIN = Duration.ofSeconds(10);
    private static final DateTimeFormatter WITHOUT_ZONE =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss").withZone(ZoneOffset.UTC);

    private final DemoOrigin origin;
    private final DemoTasks tasks;
    private final Clock clock;
    private final String apiKey;
    private final String callbackPath;
    private final String callbackUrl;
    private final String apiToken;
    private final Path apiTokenFile;
    private final ConcurrentLinkedQueue<String> unregistered = new ConcurrentLinkedQueue<>();
    private final Deque<Instant> requests = new ArrayDeque<>();

    /**
     * @param productUrl    where this product listens, without a slash at the end
     * @param callbackToken last part of the callback URL
     * @param apiToken      of this product's API; may be empty
     * @param apiTokenFile  where the product keeps its token if that is empty
     */
    public DemoSuno(
            DemoPlan plan,
            DemoOrigin origin,
            String apiKey,
            String callbackToken,
            String productUrl,
            String apiToken,
            String apiTokenFile) {
        this(plan, origin, apiKey, callbackToken, productUrl, apiToken, apiTokenFile, Clock.systemUTC());
    }

    DemoSuno(
            DemoPlan plan,
            DemoOrigin origin,
            String apiKey,
            String callbackToken,
            String productUrl,
            String apiToken,
            String apiTokenFile,
            Clock clock) {
        this.origin = origin;
        this.tasks = new DemoTasks(plan, "suno", clock);
        this.clock = clock;
        this.apiKey = apiKey;
        this.callbackPath = "/callbacks/suno/" + callbackToken;
        this.callbackUrl = productUrl + callbackPath;
        this.apiToken = apiToken;
        this.apiTokenFile = Path.of(apiTokenFile);
    }

    /** Makes a task, as if an application had asked for it. */
    public void create() {
        tasks.create(this::draft).ifPresent(task -> unregistered.add(task.id()));
    }

    private DemoTasks.Draft draft(DemoDice dice, DemoTasks.Ids ids) {
        String hash = DemoSignature.sha256(("suno " + ids.at(0)).getBytes(StandardCharsets.US_ASCII));
        return dice.percent(50) ? video(dice, hash) : music(dice, hash);
    }

    private DemoTasks.Draft video(DemoDice dice, String hash) {
        String path = "/videos/video_" + hash.substring(12, 24) + ".mp4";
        origin.publish(path, DemoFile.SONG, dice.fault());
        return new DemoTasks.Draft(
                "taskId_" + hash.substring(0, 12),
                VIDEO,
                List.of(new DemoTasks.State("PENDING", false), new DemoTasks.State("SUCCESS", true)),
                new DemoTasks.State("GENERATE_MP4_FAILED", true),
                List.of(new DemoTask.Media("0", DemoFile.SONG, path)));
    }

    private DemoTasks.Draft music(DemoDice dice, String hash) {
        List<DemoTask.Media> media = new ArrayList<>();
        for (int track = 0; track < 2; track++) {
            String id = DemoJson.uuid(hash + track);
            origin.publish("/" + id + ".mp3", DemoFile.MELODY, dice.fault());
            origin.publish("/" + id + ".jpeg", DemoFile.COVER, dice.fault());
            media.add(new DemoTask.Media(id, DemoFile.MELODY, "/" + id + ".mp3"));
            media.add(new DemoTask.Media(id, DemoFile.COVER, "/" + id + ".jpeg"));
        }
        return new DemoTasks.Draft(
                hash.substring(0, 32),
                MUSIC,
                List.of(
                        new DemoTasks.State("PENDING", false),
                        new DemoTasks.State("TEXT_SUCCESS", true),
                        new DemoTasks.State("FIRST_SUCCESS", true),
                        new DemoTasks.State("SUCCESS", true)),
                new DemoTasks.State("GENERATE_AUDIO_FAILED", true),
                media);
    }

    /** @return ids that the product has not accepted yet */
    public List<String> unregistered() {
        return List.copyOf(unregistered);
    }

    long made() {
        return tasks.made();
    }

    /** The header with which an application registers a task; null while there is no token. */
    public String applicationAuthorization() throws IOException {
        if (!apiToken.isEmpty()) {
            return "Bearer " + apiToken;
        }
        return Files.isRegularFile(apiTokenFile)
                ? "Bearer " + Files.readString(apiTokenFile).strip()
                : null;
    }

    /** @param status of the product's answer; 0 if there was none */
    public void registered(String id, int status) {
        if (status / 100 == 2) {
            unregistered.remove(id);
        }
    }

    /** Takes the callbacks whose time has come. */
    public List<DemoPost> due() {
        return tasks.due().stream().map(this::post).toList();
    }

    private DemoPost post(DemoCallback callback) {
        DemoTask task = callback.task();
        Map<String, Object> body =
                task.product().equals(VIDEO) ? videoCallback(task) : musicCallback(task, callback.step());
        return new DemoPost(callback, callbackPath, "", Map.of(), DemoJson.text(body));
    }

    private Map<String, Object> videoCallback(DemoTask task) {
        Map<String, Object> data = object("task_id", task.id(), "video_url", null);
        if (task.failed()) {
            int code = videoError(task);
            return object("code", code, "msg", videoMessage(code), "data", data);
        }
        data.put("video_url", origin.url(task.media().get(0).path()));
        return object("code", 200, "msg", "MP4 generated successfully.", "data", data);
    }

    private Map<String, Object> musicCallback(DemoTask task, DemoTask.Step step) {
        if (task.failed() && step.equals(task.last())) {
            return object(
                    "code",
                    501,
                    "msg",
                    "Audio generation failed.",
                    "data",
                    object("callbackType", "error", "task_id", task.id(), "data", null));
        }
        String type = switch (step.state()) {
            case "TEXT_SUCCESS" -> "text";
            case "FIRST_SUCCESS" -> "first";
            default -> "complete";
        };
        List<Object> tracks = new ArrayList<>();
        for (int i = 0; i < (type.equals("text") ? 0 : task.media().size()); i += 2) {
            boolean ready = type.equals("complete") || i == 0;
            String id = task.media().get(i).id();
            String audio = ready ? origin.url(task.media().get(i).path()) : "";
            String image = origin.url(task.media().get(i + 1).path());
            tracks.add(object(
                    "id",
                    id,
                    "audio_url",
                    audio,
                    "source_audio_url",
                    audio,
                    "stream_audio_url",
                    origin.url("/stream/" + id),
                    "source_stream_audio_url",
                    origin.url("/stream/" + id),
                    "image_url",
                    image,
                    "source_image_url",
                    image,
                    "prompt",
                    "[Verse] city lights",
                    "model_name",
                    "chirp-v3-5",
                    "title",
                    "Night Run",
                    "tags",
                    "electrifying, rock",
                    "createTime",
                    WITHOUT_ZONE.format(task.createdAt()),
                    "duration",
                    ready ? DemoFile.MELODY.seconds() : null));
        }
        return object(
                "code",
                200,
                "msg",
                type.equals("complete") ? "All generated successfully." : "success",
                "data",
                object("callbackType", type, "task_id", task.id(), "data", tracks));
    }

    /** Answers a request to {@code /demo/suno/...}; apart from 401 and 404, the code is in the body alone. */
    public DemoAnswer answer(String method, String path, String query, String authorization, String body) {
        DemoRequest request = DemoRequest.of(PREFIX, method, path, query, authorization, body);
        if (!DemoSignature.same(request.authorization(), "Bearer " + apiKey)) {
            return error(401, 401, "You do not have access permissions");
        }
        if (tooOften()) {
            return error(200, 430, "Your call frequency is too high. Please try again later.");
        }
        boolean video = request.path().equals(VIDEO_DETAILS);
        if (!request.method().equals("GET") || !video && !request.path().equals(MUSIC_DETAILS)) {
            return error(404, 404, "Not Found");
        }
        String id = request.first("", "taskId");
        if (id.isEmpty()) {
            return error(200, 400, "taskId must not be empty");
        }
        Instant now = clock.instant();
        return tasks.find(DemoTask::id, id)
                .filter(task -> task.product().equals(VIDEO) == video)
                .map(task -> video ? videoDetails(task, task.at(now)) : musicDetails(task, task.at(now)))
                .map(data -> DemoAnswer.of(200, object("code", 200, "msg", "success", "data", data)))
                .orElseGet(() -> error(200, 422, "recordInfo is null"));
    }

    private boolean tooOften() {
        synchronized (requests) {
            Instant now = clock.instant();
            while (!requests.isEmpty() && !requests.peek().isAfter(now.minus(REQUESTS_WITHIN))) {
                requests.remove();
            }
            if (requests.size() >= REQUESTS) {
                return true;
            }
            requests.add(now);
            return false;
        }
    }

    private Map<String, Object> videoDetails(DemoTask task, DemoTask.Step step) {
        boolean ended = step.equals(task.last());
        boolean done = task.succeeded(step);
        Integer error = ended && task.failed() ? videoError(task) : null;
        return object(
                "taskId",
                task.id(),
                "musicId",
                "audioId_" + task.id().substring(task.id().length() - 12),
                "callbackUrl",
                callbackUrl,
                "audioId",
                DemoJson.uuid(task.id()),
                "completeTime",
                ended ? step.at().toEpochMilli() : null,
                "response",
                done ? object("videoUrl", origin.url(task.media().get(0).path())) : null,
                "successFlag",
                flag(task, step),
                "createTime",
                task.createdAt().toEpochMilli(),
                "errorCode",
                error,
                "errorMessage",
                error == null ? null : videoMessage(error));
    }

    private Map<String, Object> musicDetails(DemoTask task, DemoTask.Step step) {
        boolean failed = task.failed() && step.equals(task.last());
        return object(
                "taskId",
                task.id(),
                "parentMusicId",
                "",
                "param",
                "{\"prompt\":\"calm piano\"}",
                "response",
                failed || step.state().equals("PENDING") ? null : tracks(task, step),
                "status",
                flag(task, step),
                "type",
                "GENERATE",
                "errorCode",
                failed ? 501 : null,
                "errorMessage",
                failed ? "Audio generation failed." : null);
    }

    private Map<String, Object> tracks(DemoTask task, DemoTask.Step step) {
        List<Object> tracks = new ArrayList<>();
        for (int i = 0;
                i < (step.state().equals("TEXT_SUCCESS") ? 0 : task.media().size());
                i += 2) {
            boolean ready = step.equals(task.last()) || i == 0;
            String id = task.media().get(i).id();
            tracks.add(object(
                    "id",
                    id,
                    "audioUrl",
                    ready ? origin.url(task.media().get(i).path()) : "",
                    "streamAudioUrl",
                    origin.url("/stream/" + id),
                    "imageUrl",
                    origin.url(task.media().get(i + 1).path()),
                    "prompt",
                    "[Verse]",
                    "modelName",
                    "chirp-v3-5",
                    "title",
                    "Night Run",
                    "tags",
                    "rock",
                    "createTime",
                    WITHOUT_ZONE.format(task.createdAt()),
                    "duration",
                    ready ? DemoFile.MELODY.seconds() : null));
        }
        return object("taskId", task.id(), "sunoData", tracks);
    }

    /** A success whose callback could not be delivered has a word of its own, with the result beside it. */
    private static String flag(DemoTask task, DemoTask.Step step) {
        return task.lossNoticed() && task.succeeded(step) ? "CALLBACK_EXCEPTION" : step.state();
    }

    /** Either the source could not be downloaded or the server failed, by the id. */
    private static int videoError(DemoTask task) {
        return task.id().hashCode() % 2 == 0 ? 451 : 500;
    }

    private static String videoMessage(int code) {
        return code == 451 ? "Download failed" : "Server error, please try again later.";
    }

    private static DemoAnswer error(int status, int code, String message) {
        return DemoAnswer.of(status, object("code", code, "msg", message, "data", null));
    }
}
