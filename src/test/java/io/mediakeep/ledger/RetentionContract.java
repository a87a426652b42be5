package io.mediakeep.ledger;

import static io.mediakeep.event.TaskStatus.FAILED;
import static io.mediakeep.event.TaskStatus.PROCESSING;
import static io.mediakeep.event.TaskStatus.SUCCEEDED;
import static io.mediakeep.ledger.TestLedger.OBJECT;
import static io.mediakeep.ledger.TestLedger.event;
import static io.mediakeep.ledger.TestLedger.item;
import static org.assertj.core.api.Assertions.assertThat;

import io.mediakeep.event.TaskEvent;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What the ledger forgets, and when. */
abstract class RetentionContract extends NounContract {
    private final Duration age = Duration.ofDays(400);

    @Test
    void aTaskThatIsSettledIsForgottenWithItsMediaAfterTheRetention() {
        settle("old");
        ledger.tasks.merge(event("failed", FAILED), Seen.CALLBACK);
        writeManifests();
        ledger.clock.move(age);
        assertThat(forget()).isZero();
        settle("young");
        ledger.clock.move(Duration.ofMillis(1));

        assertThat(forget()).isEqualTo(2);
        assertThat(ledger.texts("SELECT task_id FROM task")).containsExactly("young");
        assertThat(ledger.texts("SELECT task_id FROM media")).containsExactly("young");
        assertThat(ledger.queries.summary().tasks()).isEqualTo(Map.of("vidu", Map.of("succeeded", 1L)));
        assertThat(ledger.queries.summary().media()).isEqualTo(Map.of("vidu", Map.of("stored", 1L)));
        assertThat(ledger.queries.summary().streams()).isEqualTo(Map.of("vidu", Map.of("seen", 1L)));
    }

    @Test
    void nothingUnfinishedIsForgottenHoweverOld() throws Exception {
        ledger.media.dead(ledger.claimedMedia("dead"), "stall", null);
        settle("read");
        ledger.tasks.read("vidu", "read", "detail");
        settle("letter");
        ledger.deadLetters.task("vidu", "letter", "task_unknown", null);
        settle("manifest");
        ledger.execute("UPDATE task SET revision = revision + 1 WHERE task_id = 'manifest'");
        ledger.claimedMedia("copying");
        ledger.tasks.merge(event("due", SUCCEEDED, item("0")), Seen.CALLBACK);
        ledger.tasks.merge(event("open", PROCESSING), Seen.CALLBACK);
        ledger.execute("UPDATE task SET manifest = revision WHERE task_id IN ('copying', 'due')");
        settle(event("settled", FAILED));
        ledger.clock.move(age.multipliedBy(2));

        assertThat(forget()).isEqualTo(1);
        assertThat(ledger.texts("SELECT task_id FROM task ORDER BY task_id"))
                .containsExactly("copying", "dead", "due", "letter", "manifest", "open", "read");
    }

    @Test
    void manyAreForgottenInGroups() {
        List<TaskEvent> many =
                IntStream.range(0, 450).mapToObj(i -> event("t-" + i, FAILED)).toList();
        ledger.tasks.merge(many, Seen.POLL);
        writeManifests();
        ledger.clock.move(age.plusMillis(1));

        assertThat(forget()).isEqualTo(450);
        assertThat(ledger.count("task")).isZero();
    }

    @Test
    void aReplayedLetterIsForgottenAndAnOpenOneIsNot() {
        ledger.deadLetters.task("vidu", "replayed", "task_unknown", null);
        ledger.deadLetters.replay(Long.parseLong(ledger.text("SELECT id FROM dead_letter")));
        ledger.deadLetters.task("vidu", "open", "task_unknown", null);
        ledger.clock.move(age.plusMillis(1));
        forget();

        assertThat(ledger.texts("SELECT task_id FROM dead_letter")).containsExactly("open");
    }

    @Test
    void withoutARetentionNothingIsForgotten() {
        settle("old");
        ledger.clock.move(age.multipliedBy(20));

        assertThat(new TaskRetention(ledger.ledger, Optional.empty()).forget()).isZero();
        assertThat(ledger.count("task")).isEqualTo(1);
    }

    private int forget() {
        return new TaskRetention(ledger.ledger, Optional.of(age)).forget();
    }

    private void settle(String taskId) {
        ledger.media.stored(ledger.claimedMedia(taskId), OBJECT);
        writeManifests();
    }

    private void settle(TaskEvent event) {
        ledger.tasks.merge(event, Seen.CALLBACK);
        for (ManifestLedger.Due due : ledger.manifests.claim(100)) {
            if (due.taskId().equals(event.taskId())) {
                ledger.manifests.written(due);
            }
        }
    }

    private void writeManifests() {
        List<ManifestLedger.Due> due;
        do {
            due = ledger.manifests.claim(100);
            due.forEach(ledger.manifests::written);
        } while (!due.isEmpty());
    }
}
