package io.mediakeep.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What rows the database refuses by itself. */
abstract class RuleContract extends NounContract {
    private static final String CALLBACK =
            "INSERT INTO callback (provider, callback_key, covered, body, received_at, due_at, state)"
                    + " VALUES ('p', 'k', 1, '', 0, 0, %s)";
    private static final String TASK = "INSERT INTO task (provider, task_id, first_seen_at, status, first_seen_by,"
            + " finished_at, read_at, read_reason) VALUES ('p', 't', 0, %s)";
    private static final String MEDIA = "INSERT INTO media (provider, task_id, media_key, url, expires_at, due_at,"
            + " added_at, kind, state, lease_until, reason, stored_at, object_key, size, sha256)"
            + " VALUES ('p', 't', 'k', 'u', 0, 0, 0, %s)";
    private static final String LETTER = "INSERT INTO dead_letter (provider, letter_key, reason, created_at, kind,"
            + " state, replayed_at) VALUES ('p', 'k', 'r', 0, %s)";
    private static final String PART = "INSERT INTO media_part (provider, task_id, media_key, upload_id, size, etag,"
            + " crc32c, number) VALUES ('p', 't', 'k', 'u', 1, 'e', 0, %s)";
    private static final String OUTBOX = "INSERT INTO outbox (type, provider, task_id, data, created_at, due_at,"
            + " channel) VALUES ('t', 'p', 't', '{}', 0, 0, %s)";

    /** Every CHECK of the migrations, with the rows that it alone refuses. */
    private static final Map<String, List<String>> IMPOSSIBLE = Map.ofEntries(
            Map.entry("callback_state_known", List.of(CALLBACK.formatted("'lost'"))),
            Map.entry("task_status_known", List.of(TASK.formatted("'running', 'poll', NULL, NULL, NULL"))),
            Map.entry("task_first_seen_known", List.of(TASK.formatted("'submitted', 'mail', NULL, NULL, NULL"))),
            Map.entry(
                    "task_finished_has_at",
                    List.of(
                            TASK.formatted("'failed', 'poll', NULL, NULL, NULL"),
                            TASK.formatted("'processing', 'poll', 1, NULL, NULL"))),
            Map.entry(
                    "task_read_has_reason",
                    List.of(
                            TASK.formatted("'submitted', 'poll', NULL, 1, NULL"),
                            TASK.formatted("'submitted', 'poll', NULL, NULL, 'watch'"))),
            Map.entry(
                    "media_kind_known",
                    List.of(MEDIA.formatted("'hologram', 'due', NULL, NULL, NULL, NULL, NULL, NULL"))),
            Map.entry(
                    "media_state_known",
                    List.of(MEDIA.formatted("'video', 'gone', NULL, NULL, NULL, NULL, NULL, NULL"))),
            Map.entry(
                    "media_copying_has_lease",
                    List.of(
                            MEDIA.formatted("'video', 'copying', NULL, NULL, NULL, NULL, NULL, NULL"),
                            MEDIA.formatted("'video', 'due', 1, NULL, NULL, NULL, NULL, NULL"))),
            Map.entry(
                    "media_stored_has_object",
                    List.of(
                            MEDIA.formatted("'video', 'stored', NULL, NULL, NULL, 'o', 1, 'a'"),
                            MEDIA.formatted("'video', 'stored', NULL, NULL, 1, NULL, 1, 'a'"),
                            MEDIA.formatted("'video', 'stored', NULL, NULL, 1, 'o', NULL, 'a'"),
                            MEDIA.formatted("'video', 'stored', NULL, NULL, 1, 'o', 1, NULL"))),
            Map.entry(
                    "media_dead_has_reason",
                    List.of(MEDIA.formatted("'video', 'dead', NULL, NULL, NULL, NULL, NULL, NULL"))),
            Map.entry("dead_letter_kind_known", List.of(LETTER.formatted("'mail', 'open', NULL"))),
            Map.entry("dead_letter_state_known", List.of(LETTER.formatted("'task', 'lost', NULL"))),
            Map.entry(
                    "dead_letter_replayed_at",
                    List.of(LETTER.formatted("'task', 'replayed', NULL"), LETTER.formatted("'task', 'open', 1"))),
            Map.entry("outbox_channel_known", List.of(OUTBOX.formatted("'mail'"))),
            Map.entry("media_ready_known", List.of("""
                    INSERT INTO media (provider, task_id, media_key, url, expires_at, due_at, added_at, kind, ready)
                    VALUES ('p', 't', 'k', 'u', 0, 0, 0, 'video', 3)""")),
            Map.entry("ledger_mark_one_row", List.of("INSERT INTO ledger_mark (one, mark) VALUES (2, 'another')")),
            Map.entry("media_part_number_in_range", List.of(PART.formatted("0"), PART.formatted("10001"))));

    static Set<String> checks() {
        return IMPOSSIBLE.keySet();
    }

    @ParameterizedTest
    @MethodSource("checks")
    void theDatabaseRefusesAnImpossibleRowAndNamesTheRule(String check) {
        for (String row : IMPOSSIBLE.get(check)) {
            assertThatThrownBy(() -> ledger.execute(row)).as(row).hasMessageContaining(check);
        }
    }

    @Test
    void everyRuleOfTheMigrationsHasSuchARow() throws Exception {
        for (String dialect : List.of("sqlite", "postgresql")) {
            Path folder = Path.of("src/main/resources/io/mediakeep/migration", dialect);
            Set<String> rules = new TreeSet<>(); // One may be made anew by a later migration.
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.toList()) {
                    Pattern.compile("CONSTRAINT (\\w+)\\s+CHECK")
                            .matcher(Files.readString(file))
                            .results()
                            .forEach(found -> rules.add(found.group(1)));
                }
            }
            assertThat(rules).containsExactlyInAnyOrderElementsOf(checks());
        }
    }

    @Test
    void theRowsAreImpossibleForNoOtherReason() throws Exception {
        ledger.execute(CALLBACK.formatted("'received'"));
        ledger.execute(TASK.formatted("'failed', 'poll', 1, 1, 'watch'"));
        ledger.execute(MEDIA.formatted("'video', 'stored', NULL, NULL, 1, 'o', 1, 'a'"));
        ledger.execute(LETTER.formatted("'task', 'replayed', 1"));
        ledger.execute(OUTBOX.formatted("'announce'"));
        ledger.execute(PART.formatted("10000"));
    }

    @Test
    void aMissingFieldIsRefused() {
        assertThatThrownBy(() -> ledger.execute(OUTBOX.formatted("NULL"))).hasMessageContaining("channel");
    }
}
