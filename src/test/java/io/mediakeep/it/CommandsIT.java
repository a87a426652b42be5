package io.mediakeep.it;

import static io.mediakeep.it.FakeServer.map;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command line as an operator uses it: each command is a process of its own, most of them beside the running product. */
class CommandsIT {
    private static final int TASKS = 240;
    private static final String STORED = "SELECT count(*) FROM media WHERE state = 'stored'";
    private static final String LETTERS = "SELECT count(*) FROM dead_letter WHERE state = 'open'";

    @TempDir
    private Path directory;

    private final OffsetClock clock = new OffsetClock();
    private final FakeVidu vidu = new FakeVidu("vidu-api-key");
    private final FakeOrigin origin = new FakeOrigin();
    private MediakeepProcess app;

    @BeforeEach
    void prepare() throws Exception {
        app = new MediakeepProcess(directory, "200m")
                .set("mediakeep.vidu.enabled", "true")
                .set("mediakeep.vidu.api-url", vidu.url())
                .set("mediakeep.vidu.api-key", "vidu-api-key")
                .set("mediakeep.vidu.callback-token", "vidu-token-0123456789")
                .set("mediakeep.vidu.media-hosts", "*")
                .set("mediakeep.vidu.poll-interval", "300ms");
    }

    @AfterEach
    void stop() {
        app.close();
        vidu.close();
        origin.close();
    }

    @Test
    void isAProcessWithAnExitCode() throws Exception {
        Files.writeString(directory.resolve("task.json"), "{\"id\":\"t\",\"state\":\"success\"}");

        assertThat(app.command("normalize", "vidu", "task.json")).endsWith("exit 0");
        app.edit("providers/vidu.camel.yaml", "units: body.credits,", "units: body.id.nonsense(),");
        assertThat(app.command("normalize", "vidu", "task.json"))
                .contains("mediakeep: mapping: line ")
                .contains("there is no method nonsense of String")
                .endsWith("exit 1");
        assertThat(app.command("rebuidl"))
                .contains("Did you mean: mediakeep rebuild")
                .endsWith("exit 2");
        assertThat(directory.resolve("data")).doesNotExist();
    }

    @Test
    void checksWhatSupportAsksFirst() throws Exception {
        app.start();

        assertThat(app.command("check"))
                .contains("ok     settings: 1 accounts on")
                .contains("ok     storage: bucket media in ")
                .contains("is open in the product that runs")
                .contains("ok     API of vidu: 1 lists answer")
                .contains("/callbacks/vidu/<callback-token>")
                .doesNotContain("vidu-token-0123456789")
                .endsWith("exit 0");
        assertThat(app.command("check", "--show-tokens")).contains("/callbacks/vidu/vidu-token-0123456789");

        app.set("mediakeep.vidu.api-key", "another-key");
        assertThat(app.command("check"))
                .contains("WRONG  API of vidu: 1 of 1 lists fail, such as tasks: HTTP 401")
                .doesNotContain("another-key")
                .endsWith("exit 1");
        app.set("mediakeep.vidu.poll-interval", "soon");
        assertThat(app.command("check"))
                .contains("WRONG  settings: mediakeep.vidu.poll-interval must be a duration")
                .endsWith("exit 1");
    }

    /** Holes of every kind among many tasks: each is named, and nothing else. */
    @Test
    void anAuditNamesEachHoleAndNoOther() throws Exception {
        IntStream.range(0, TASKS).forEach(i -> finished("t" + i, origin.put("t" + i, Media.mp4(i, 4096))));
        finished("dead", "ftp://127.0.0.1/dead.mp4");
        app.start();
        await("all are stored", "SELECT count(*) FROM media WHERE state = 'stored'", TASKS);
        await("one is dead", "SELECT count(*) FROM media WHERE state = 'dead'", 1);
        assertThat(app.command("audit"))
                .contains("audit: " + (TASKS + 1) + " tasks succeeded | objects there " + TASKS
                        + ", dead letters 1, still at work 0, missing 0")
                .endsWith("exit 0");

        app.terminate(Duration.ofSeconds(30));
        Files.delete(object("t7"));
        Files.delete(object("t99"));
        Files.write(object("t100"), new byte[] {1, 2, 3});
        byte[] other = Files.readAllBytes(object("t101"));
        other[other.length - 1] ^= 1;
        Files.write(object("t101"), other);
        try (Connection ledger = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("data/ledger.db"));
                Statement statement = ledger.createStatement()) {
            statement.execute("DELETE FROM media WHERE task_id IN ('t3', 't4')");
            statement.execute("DELETE FROM task WHERE task_id = 't3'");
            statement.execute("DELETE FROM dead_letter");
        }

        assertThat(missing(app.command("audit", "--deep")))
                .containsExactlyInAnyOrder(
                        "vidu/t7/video-c: there is no object vidu/t7/video-c.mp4",
                        "vidu/t99/video-c: there is no object vidu/t99/video-c.mp4",
                        "vidu/t100/video-c: object vidu/t100/video-c.mp4 has 3 bytes instead of 4096",
                        "vidu/t101/video-c: object vidu/t101/video-c.mp4 has another sha256",
                        "vidu/t3: the ledger does not know the task",
                        "vidu/t4/video-c: the ledger does not know the output",
                        "vidu/dead/video-c: given up without a dead letter");
        vidu.fault(call -> true, FakeServer.Answer.json(401, Map.of()));
        assertThat(app.command("audit"))
                .contains("NOT WALKED vidu tasks: HTTP 401")
                .endsWith("exit 2");
    }

    /** What a list shows late, behind all that polls look at; and what an operator does about letters and lost ledgers. */
    @Test
    void backfillsReplaysAndRestores() throws Exception {
        assertThat(app.command("replay", "--all"))
                .contains("mediakeep: the product must be running, or started here before")
                .endsWith("exit 2");
        vidu.most = 2;
        IntStream.range(0, 6)
                .forEach(i -> finished("t" + i, minutesAgo(70 - i * 10), origin.put("t" + i, Media.mp4(i, 4096))));
        finished("dead", "ftp://127.0.0.1/dead.mp4");
        app.start();
        await("all are stored", STORED, 6);
        await("the order of the list was seen", "SELECT count(*) FROM poll WHERE sorted IS NOT NULL", 1);
        await("one is dead", LETTERS, 1);
        vidu.putLast(task("late", minutesAgo(180), origin.put("late", Media.mp4(9, 4096))));
        int seen = vidu.calls().size();
        Awaitility.await("polls went on").until(() -> vidu.calls().size() > seen + 3);
        assertThat(count(STORED)).isEqualTo(6);

        assertThat(app.command("backfill", "--wait"))
                .contains("vidu: 1 lists, back to PT168H ago", "vidu tasks: walked")
                .endsWith("exit 0");
        await("the late one is stored", STORED, 7);
        assertThat(app.command("backfill", "nobody"))
                .contains("mediakeep: no such provider is enabled (404)")
                .endsWith("exit 2");

        assertThat(app.command("replay", "--reason=url_scheme"))
                .contains("replay: 1 replayed")
                .endsWith("exit 0");
        await("it is dead again", LETTERS + " AND id > 1", 1);
        assertThat(app.command("replay", "1", "999"))
                .contains("replay: 0 replayed; 1 not: 1: no such open dead letter (404); 1 not: 999: no such")
                .endsWith("exit 1");
        assertThat(app.command("replay")).contains("Missing required").endsWith("exit 2");

        assertThat(app.command("backup", "copy.db")).endsWith("exit 0");
        assertThat(app.command("restore", "copy.db")).contains("its lock").endsWith("exit 2");
        finished("after", origin.put("after", Media.mp4(8, 4096)));
        await("another one is stored", STORED, 8);
        try (AutoCloseable refused = vidu.fault(call -> true, FakeServer.Answer.json(401, Map.of()))) {
            assertThat(app.command("backfill", "vidu", "--wait"))
                    .contains("vidu tasks: cannot be walked: HTTP 401")
                    .endsWith("exit 2");
        }
        app.kill();
        assertThat(app.command("replay", "--all"))
                .contains("nothing answers at http://127.0.0.1:")
                .endsWith("exit 2");
        Files.writeString(directory.resolve("none.db"), "no ledger");
        assertThat(app.command("restore", "none.db")).contains("a sound ledger").endsWith("exit 2");
        assertThat(count(STORED)).isEqualTo(8);

        String said = app.command("restore", "copy.db");

        assertThat(said).contains("rows: ", "; the ledger before is ").endsWith("exit 0");
        assertThat(count(STORED)).isEqualTo(7);
        Path before = Path.of(said.replaceAll("(?s).*the ledger before is (\\S+).*", "$1"));
        assertThat(count(before, STORED)).isEqualTo(8);
        app.start();
        await("what the copy had not is found again", STORED, 8);
    }

    private static List<String> missing(String said) {
        assertThat(said).endsWith("exit 1");
        return said.lines()
                .filter(line -> line.startsWith("MISSING "))
                .map(line -> line.substring("MISSING ".length()))
                .toList();
    }

    private Instant minutesAgo(int minutes) {
        return clock.instant().minus(Duration.ofMinutes(minutes));
    }

    private void finished(String id, String url) {
        finished(id, clock.instant(), url);
    }

    private void finished(String id, Instant created, String url) {
        Map<String, Object> task = task(id, created, url);
        vidu.put(id, task, task);
    }

    private static Map<String, Object> task(String id, Instant created, String url) {
        return map(
                "id",
                id,
                "state",
                "success",
                "created_at",
                created.toString(),
                "creations",
                List.of(map("id", "c", "url", url)));
    }

    private Path object(String task) {
        return app.bucket().resolve("vidu/" + task + "/video-c.mp4");
    }

    private void await(String what, String sql, long expected) {
        Awaitility.await(what)
                .ignoreExceptions()
                .atMost(Duration.ofSeconds(240))
                .until(() -> count(sql) == expected);
    }

    private long count(String sql) throws SQLException {
        return count(directory.resolve("data/ledger.db"), sql);
    }

    private static long count(Path file, String sql) throws SQLException {
        try (Connection ledger = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = ledger.createStatement()) {
            return statement.executeQuery(sql).getLong(1);
        }
    }
}
