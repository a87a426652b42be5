package io.mediakeep.demo;

import static io.mediakeep.demo.DemoJson.object;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Simulates Vidu: the task list with its window, filters and pages, the single task, and callbacks that are signed
 * without their body. A final callback that is not answered 200 is repeated three times. Each read gives fresh URLs.
 */
public final class DemoVidu {
    private static final String PREFIX = "/demo/vidu";
    private static final String LIST = "/ent/v2/tasks";
    private static final String ACCESS_KEY = "vidu";
    private static final String SIGNED_HEADERS = "Date;x-request-nonce";
    private static final Duration DEFAULT_WINDOW = Duration.ofDays(7);
    private static final int REPETITIONS = 3;

    /** Always two digits for the day: the usual form of HTTP. */
    private static final DateTimeFormatter HTTP_DATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM uuuu HH:mm:ss 'GMT'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    private final DemoOrigin origin;
    private final DemoTasks tasks;
    private final Clock clock;
    private final String apiKey;
    private final String callbackPath;

    /**
     * @param apiKey        also signs the callbacks; of several, the first
     * @param callbackToken last part of the callback URL
     */
    public DemoVidu(DemoPlan plan, DemoOrigin origin, String apiKey, String callbackToken) {
        this(plan, origin, apiKey, callbackToken, Clock.systemUTC());
    }

    DemoVidu(DemoPlan plan, DemoOrigin origin, String apiKey, String callbackToken, Clock clock) {
        this.origin = origin;
        this.tasks = new DemoTasks(plan, "vidu", clock);
        this.clock = clock;
        this.apiKey = apiKey;
        this.callbackPath = "/callbacks/vidu/" + callbackToken;
    }

    /** Makes a task, as if an application had asked for it. */
    public void create() {
        tasks.create(this::draft);
    }

    private DemoTasks.Draft draft(DemoDice dice, DemoTasks.Ids ids) {
        String product = dice.percent(50) ? "text2video" : "img2video";
        DemoFile video = dice.percent(50) ? DemoFile.DUSK : DemoFile.FRACTAL;
        String folder = "/vidu/" + ids.at(0) + "/creation-01/";
        origin.publish(folder + "video.mp4", video, dice.fault());
        origin.publish(folder + "cover.jpeg", DemoFile.COVER, dice.fault());
        return new DemoTasks.Draft(
                ids.at(0),
                product,
                List.of(
                        new DemoTasks.State("created", false),
                        new DemoTasks.State("queueing", false),
                        new DemoTasks.State("processing", true),
                        new DemoTasks.State("success", true)),
                new DemoTasks.State("failed", true),
                List.of(
                        new DemoTask.Media(ids.at(1), video, folder + "video.mp4"),
                        new DemoTask.Media(ids.at(1), DemoFile.COVER, folder + "cover.jpeg")));
    }

    /** Takes the callbacks whose time has come, signed now. */
    public List<DemoPost> due() {
        return tasks.due().stream().map(this::post).toList();
    }

    private DemoPost post(DemoCallback callback) {
        String date = HTTP_DATE.format(clock.instant());
        String nonce = DemoJson.uuid("vidu " + callback.task().id() + " " + callback.number());
        String query = "job=" + callback.task().order();
        String signed = String.join(
                "\n", "POST", callbackPath, query, ACCESS_KEY, date, "Date:" + date, "x-request-nonce:" + nonce, "");
        byte[] key = apiKey.split(",")[0].strip().getBytes(StandardCharsets.UTF_8);
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Date", date);
        headers.put("x-request-nonce", nonce);
        headers.put("X-HMAC-SIGNED-HEADERS", SIGNED_HEADERS);
        headers.put("X-HMAC-SIGNATURE", DemoSignature.base64(key, signed));
        headers.put("X-HMAC-ALGORITHM", "hmac-sha256");
        headers.put("X-HMAC-ACCESS-KEY", ACCESS_KEY);
        String body = DemoJson.text(
                single(callback.task(), callback.step(), callback.step().at()));
        return new DemoPost(callback, callbackPath, query, headers, body);
    }

    /** @param status of the answer to a callback; 0 if there was none */
    public void answered(DemoPost post, int status) {
        DemoCallback callback = post.callback();
        boolean isLast = callback.step().equals(callback.task().last());
        if (status != 200 && isLast && callback.attempt() < REPETITIONS) {
            tasks.again(callback, Duration.ofSeconds(2L << callback.attempt()));
        }
    }

    /** Answers a request to {@code /demo/vidu/...}. */
    public DemoAnswer answer(String method, String path, String query, String authorization, String body) {
        DemoRequest request = DemoRequest.of(PREFIX, method, path, query, authorization, body);
        if (!DemoSignature.same(request.authorization(), "Token " + apiKey.split(",")[0].strip())) {
            return error(401, "Unauthorized", "the token is missing or wrong");
        }
        if (!request.method().equals("GET")) {
            return error(404, "NotFound", "the demo only answers GET");
        }
        try {
            if (request.path().equals(LIST)) {
                return list(request);
            }
        } catch (IllegalArgumentException | DateTimeException e) {
            return error(400, "FieldInvalid", e.getMessage());
        }
        if (!request.path().matches(LIST + "/[^/]+/creations")) {
            return error(404, "NotFound", "no such resource");
        }
        Instant now = clock.instant();
        String id = request.path().split("/")[4];
        return tasks.find(DemoTask::id, id)
                .map(task -> DemoAnswer.of(200, single(task, task.at(now), now)))
                .orElseGet(() -> error(404, "TaskNotFound", "no such task"));
    }

    private DemoAnswer list(DemoRequest request) {
        Instant now = clock.instant();
        int size = request.number(10, 1, 100, "pager.pagesz", "paper.pagesz");
        int page = request.number(0, 0, 1_000_000, "pager.page", "paper.page");
        String token = request.first("", "pager.page_token", "paper.page_token");
        Instant from = time(request.first("", "created_at.from"), now.minus(DEFAULT_WINDOW));
        Instant to = time(request.first("", "created_at.to"), now);
        List<String> ids = request.all("task_ids");
        List<String> states = request.all("states");
        Stream<DemoTask> matching = tasks.newestFirst().stream()
                .filter(task ->
                        !task.createdAt().isBefore(from) && !task.createdAt().isAfter(to))
                .filter(task -> ids.isEmpty() || ids.contains(task.id()))
                .filter(task -> states.isEmpty() || states.contains(task.at(now).state()));
        long below = token.isEmpty() ? Long.MAX_VALUE : Long.parseLong(decoded(token));
        List<DemoTask> found = matching.filter(task -> Long.parseLong(task.id()) < below)
                .skip(token.isEmpty() ? (long) page * size : 0)
                .limit(size + 1L)
                .toList();
        boolean more = found.size() > size;
        List<DemoTask> shown = more ? found.subList(0, size) : found;
        return DemoAnswer.of(
                200,
                object(
                        "next_page_token",
                        more ? encoded(shown.get(size - 1).id()) : "",
                        "tasks",
                        shown.stream().map(task -> item(task, now)).toList()));
    }

    private static Instant time(String text, Instant otherwise) {
        return text.isEmpty() ? otherwise : OffsetDateTime.parse(text).toInstant();
    }

    private static String encoded(String id) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(id.getBytes(StandardCharsets.US_ASCII));
    }

    private static String decoded(String token) {
        return new String(Base64.getUrlDecoder().decode(token), StandardCharsets.US_ASCII);
    }

    private Map<String, Object> single(DemoTask task, DemoTask.Step step, Instant at) {
        return object(
                "id",
                task.id(),
                "state",
                step.state(),
                "err_code",
                step.state().equals("failed") ? "CreationPolicyViolation" : "",
                "credits",
                task.succeeded(step) ? 4 : 0,
                "payload",
                task.order(),
                "bgm",
                false,
                "off_peak",
                false,
                "creations",
                creations(task, step, at));
    }

    /** A list item has neither the reason of a failure nor the payload nor the time of the last change. */
    private Map<String, Object> item(DemoTask task, Instant now) {
        return object(
                "id",
                task.id(),
                "key_id",
                "key_01",
                "type",
                task.product(),
                "template",
                "",
                "model",
                "viduq2-pro",
                "prompt",
                "slow push in",
                "images",
                task.product().equals("img2video") ? List.of("https://input.example/in.png") : List.of(),
                "duration",
                3,
                "resolution",
                "360p",
                "aspect_ratio",
                "16:9",
                "state",
                task.at(now).state(),
                "creations",
                creations(task, task.at(now), now),
                "created_at",
                task.createdAt().truncatedTo(ChronoUnit.SECONDS).toString(),
                "credits",
                task.succeeded(task.at(now)) ? 4 : 0);
    }

    private List<Object> creations(DemoTask task, DemoTask.Step step, Instant at) {
        List<Object> creations = new ArrayList<>();
        if (task.succeeded(step)) {
            DemoTask.Media video = task.media().get(0);
            creations.add(object(
                    "id", video.id(),
                    "url", origin.signedUrl(video.path(), at),
                    "cover_url", origin.signedUrl(task.media().get(1).path(), at),
                    "watermarked_url", "",
                    "moderation_url", List.of(),
                    "video",
                            object(
                                    "duration", video.file().seconds(),
                                    "fps", DemoFile.FPS,
                                    "resolution",
                                            object(
                                                    "width",
                                                    video.file().width(),
                                                    "height",
                                                    video.file().height()))));
        }
        return creations;
    }

    private static DemoAnswer error(int status, String reason, String message) {
        return DemoAnswer.of(
                status, object("code", status, "reason", reason, "message", message, "metadata", object()));
    }
}
