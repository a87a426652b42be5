package io.mediakeep.it;

import static io.mediakeep.it.FakeServer.map;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.ConsumerTemplate;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.config.LoggerConfig;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A day of the application with all three providers, good and bad; then everything that it wrote is searched for every
 * secret setting and for the query strings of the media's URLs.
 */
class SecretsIT {
    private static final String KLING_KEY = "planted-kling-api-key";
    private static final String VIDU_KEY = "planted-vidu-api-key";
    private static final String SUNO_KEY = "planted-suno-api-key";
    private static final String KLING_SECRET = "whsec_cGxhbnRlZC1rbGluZy1jYWxsYmFjay1zZWNyZXQ=";
    private static final String STORAGE_KEY = "planted-storage-secret-key";
    private static final String STORAGE_ID = "planted-storage-access-key";
    private static final String SIGNED = "X-Amz-Signature=planted-signature-of-a-url";
    /** Of a URL that need not be waited for. */
    private static final String DEAD = SIGNED + "&Expires=1767225600";

    private static final Map<String, String> DOORS = Map.of(
            "kling", "planted-kling-token-0123456789",
            "vidu", "planted-vidu-token-0123456789",
            "suno", "planted-suno-token-0123456789");

    private final OffsetClock clock = new OffsetClock();
    private final FakeKling kling =
            new FakeKling(clock, KLING_KEY, "planted-kling-access-key", "planted-kling-secret-key");
    private final FakeVidu vidu = new FakeVidu(VIDU_KEY);
    private final FakeSuno suno = new FakeSuno(SUNO_KEY);
    private final FakeOrigin origin = new FakeOrigin();
    private final StringBuilder seen = new StringBuilder();

    @ParameterizedTest(name = "log level {0}")
    @ValueSource(strings = {"INFO", "DEBUG"})
    void writesNoSecretAnywhere(String level) throws Exception {
        PrintStream out = System.out;
        PrintStream err = System.err;
        ByteArrayOutputStream console = new ByteArrayOutputStream();
        Map<LoggerConfig, Level> levels = levels(level);
        System.setOut(new PrintStream(console, true, StandardCharsets.UTF_8));
        System.setErr(System.out);
        try (RunningMediakeep app = new RunningMediakeep(clock)) {
            settings(app).start();
            day(app);
            collect(app);
            app.stop();
            startWrongly(app);
            app.log.lines().forEach(line -> seen.append(line).append('\n'));
        } finally {
            System.setOut(out);
            System.setErr(err);
            levels.forEach(LoggerConfig::setLevel);
            ((LoggerContext) LogManager.getContext(false)).updateLoggers();
            kling.close();
            vidu.close();
            suno.close();
            origin.close();
        }
        seen.append(console.toString(StandardCharsets.UTF_8));

        assertThat(seen).contains("stored", "dead letter", "task.succeeded", "mediakeep_callbacks_total", "<html");
        for (String secret : List.of(
                "planted-",
                SIGNED,
                "X-Amz-Signature",
                FakeOrigin.SIGNATURE,
                KLING_SECRET,
                KLING_SECRET.substring(6),
                RunningMediakeep.API_TOKEN)) {
            assertThat(seen.toString()
                            .lines()
                            .filter(line -> line.contains(secret))
                            .limit(5))
                    .as(secret)
                    .isEmpty();
        }
    }

    /** What the shipped configuration pins stays pinned: whoever debugs sets the root and the product to DEBUG. */
    private static Map<LoggerConfig, Level> levels(String level) {
        LoggerContext context = (LoggerContext) LogManager.getContext(false);
        Map<LoggerConfig, Level> before = new LinkedHashMap<>();
        for (String name : List.of("", "mediakeep", "io.mediakeep")) {
            LoggerConfig config = context.getConfiguration().getLoggerConfig(name);
            before.put(config, config.getLevel());
            if (level.equals("DEBUG")) {
                config.setLevel(Level.DEBUG);
            }
        }
        context.updateLoggers();
        return before;
    }

    private RunningMediakeep settings(RunningMediakeep app) {
        app.provider("kling", kling, DOORS.get("kling"))
                .set("mediakeep.kling.api-key", KLING_KEY)
                .set("mediakeep.kling.access-key", "planted-kling-access-key")
                .set("mediakeep.kling.secret-key", "planted-kling-secret-key")
                .set("mediakeep.kling.callback-secret", KLING_SECRET);
        app.provider("vidu", vidu, DOORS.get("vidu")).set("mediakeep.vidu.api-key", VIDU_KEY);
        app.provider("suno", suno, DOORS.get("suno")).set("mediakeep.suno.api-key", SUNO_KEY);
        return app.set("mediakeep.storage.access-key", STORAGE_ID)
                .set("mediakeep.storage.secret-key", STORAGE_KEY)
                .set("mediakeep.announce.to", "seda:told")
                .set("mediakeep.dead-letter.to", "seda:told")
                .set("mediakeep.copy.max-attempts", "2");
    }

    private void day(RunningMediakeep app) throws Exception {
        String good = origin.put("good", Media.mp4(1)) + "&" + SIGNED;
        String gone = origin.put("gone", Media.mp4(2), FakeOrigin.Fault.MISSING_404, -1) + "&" + DEAD;
        String broken = origin.put("broken", Media.mp4(3), FakeOrigin.Fault.ERROR_500, -1) + "&" + SIGNED;
        String expired = origin.put("expired", Media.mp4(4), FakeOrigin.Fault.EXPIRED_403, -1) + "&" + DEAD;
        String page = origin.put("page", Media.mp4(5), FakeOrigin.Fault.HTML_PAGE, -1) + "&" + DEAD;
        String blocked = "https://user:planted-password@media.example.test/a.mp4?" + SIGNED;

        callKling(app, "k-good", good);
        callKling(app, "k-blocked", blocked);
        callKling(app, "k-page", page);
        for (Map.Entry<String, String> task : Map.of(
                        "v-good", good, "v-gone", gone, "v-broken", broken, "v-expired", expired)
                .entrySet()) {
            vidu.put(task.getKey(), vidu(task.getKey(), task.getValue()), vidu(task.getKey(), task.getValue()));
        }
        Map<String, Object> odd = vidu("v-odd", good);
        odd.put("creations", List.of(good));
        vidu.put("v-odd", odd, odd);
        suno.putVideo("s-good", FakeSuno.video("s-good", "SUCCESS", good, null));
        String sunoDoor = "/callbacks/suno/" + DOORS.get("suno");
        post(app, sunoDoor, map("code", 200, "data", map("task_id", "s-good", "video_url", good)), Map.of());
        // What is refused, and what no mapping reads.
        post(
                app,
                "/callbacks/vidu/" + DOORS.get("vidu"),
                map("id", "x"),
                FakeVidu.sign("planted-wrong", "/", "", "n", clock));
        post(
                app,
                "/callbacks/kling/" + DOORS.get("kling"),
                map("id", "x"),
                Map.of("webhook-signature", "v1,planted-AAAA"));
        post(app, sunoDoor, map("code", 200, "data", map("task_id", good + " ")), Map.of());
        post(app, sunoDoor, List.of(good), Map.of());
        try (AutoCloseable fault =
                vidu.fault("/ent/v2/tasks", 401, "application/json", "{\"code\":\"" + SIGNED + "\"}")) {
            app.await(
                    "a poll fails",
                    () -> app.get("/api/summary")
                                    .at("/providers/vidu/polls/0/failures")
                                    .asInt()
                            > 0);
        }
        clock.advance(Duration.ofMinutes(6));
        app.awaitStored("kling", "k-good", 1);
        app.awaitStored("vidu", "v-good", 1);
        app.awaitStored("suno", "s-good", 1);
        app.await("dead letters", () -> {
            clock.advance(Duration.ofMinutes(1));
            return app.count("SELECT count(*) FROM media WHERE state = 'dead'") >= 4;
        });
        app.api("POST", "/api/dead-letters/replay", null);
        app.await("dead letters again", () -> {
            clock.advance(Duration.ofMinutes(1));
            return app.count("SELECT count(*) FROM media WHERE state = 'dead'") >= 4;
        });
    }

    private void collect(RunningMediakeep app) throws Exception {
        for (String path : List.of(
                "/",
                "/console.js",
                "/console.css",
                "/api/summary",
                "/api/tasks?limit=500",
                "/api/media?limit=500",
                "/api/dead-letters?limit=500",
                "/api/tasks/kling/k-good",
                "/api/tasks/vidu/v-expired",
                "/api/tasks/vidu/v-gone",
                "/api/tasks/suno/s-good",
                "/api/tasks?limit=x",
                "/nothing")) {
            see(app.api("GET", path, null));
        }
        see(app.send(HttpRequest.newBuilder(app.uri("/api/summary")).header("Authorization", "Bearer planted-wrong")));
        see(app.api("POST", "/api/normalize/vidu", "{\"id\":\"n\",\"creations\":[7]}"));
        for (String path : List.of("/observe/metrics", "/observe/health", "/observe/health/ready")) {
            see(app.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + app.managementPort() + path))));
        }
        for (String key : app.keys("")) {
            seen.append(key)
                    .append(' ')
                    .append(app.head(key))
                    .append(app.head(key).metadata())
                    .append('\n');
            if (key.endsWith(".json")) {
                seen.append(new String(app.object(key), StandardCharsets.UTF_8)).append('\n');
            }
        }
        try (ConsumerTemplate told = app.main().getCamelContext().createConsumerTemplate()) {
            for (String event = told.receiveBody("seda:told", 1_000, String.class);
                    event != null;
                    event = told.receiveBody("seda:told", 1_000, String.class)) {
                seen.append(event).append('\n');
            }
        }
    }

    /** Starts that fail because of a secret that does not fit. */
    private void startWrongly(RunningMediakeep app) {
        for (Map.Entry<String, String> wrong : Map.of(
                        "mediakeep.kling.callback-secret", "planted bad",
                        "mediakeep.vidu.callback-token", "planted-",
                        "mediakeep.api.token", "planted ",
                        "mediakeep.suno.api-url", "https://user:planted-password@api.example/?x=planted-query",
                        "mediakeep.ledger.url", "jdbc:postgresql://127.0.0.1:1/x?password=planted-ledger")
                .entrySet()) {
            String good = app.setting(wrong.getKey());
            app.set(wrong.getKey(), wrong.getValue());
            assertThatThrownBy(app::start).satisfies(e -> {
                for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                    seen.append(cause).append('\n');
                }
            });
            app.stop();
            app.set(wrong.getKey(), good == null ? "" : good);
        }
    }

    // ---- helpers

    private void see(HttpResponse<String> answer) {
        seen.append(answer.statusCode())
                .append(' ')
                .append(answer.headers().map())
                .append('\n');
        seen.append(answer.body()).append('\n');
    }

    private void post(RunningMediakeep app, String path, Object body, Map<String, String> headers) {
        see(app.callback(path, FakeServer.write(body).getBytes(StandardCharsets.UTF_8), headers));
    }

    private void callKling(RunningMediakeep app, String id, String url) {
        byte[] body = FakeServer.write(KlingTasks.legacy(id, "succeed", KlingTasks.videos("v", url)))
                .getBytes(StandardCharsets.UTF_8);
        see(app.callback(
                "/callbacks/kling/" + DOORS.get("kling"), body, FakeKling.sign("cb-" + id, clock, body, KLING_SECRET)));
    }

    private Map<String, Object> vidu(String id, String url) {
        return map(
                "id",
                id,
                "state",
                "success",
                "err_code",
                "",
                "creations",
                List.of(map("id", "c", "url", url)),
                "created_at",
                clock.instant().minusSeconds(60).toString());
    }
}
