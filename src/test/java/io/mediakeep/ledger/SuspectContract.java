package io.mediakeep.ledger;

import static io.mediakeep.event.TaskStatus.SUCCEEDED;
import static org.assertj.core.api.Assertions.assertThat;

import io.mediakeep.ledger.CallbackLedger.Received;
import io.mediakeep.ledger.MediaLedger.Claimed;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Who is blamed when processes end without a word, on every database. The processes are played: one claims what is due,
 * works on it, and dies of poison or from outside.
 */
abstract class SuspectContract {
    private static final Duration BOUND = Duration.ofHours(1);

    MovableClock clock;
    TestLedger ledger;
    private final Set<String> poison = new HashSet<>();
    private final Set<String> given = new HashSet<>();
    private final Set<String> stored = new HashSet<>();
    private int added;
    private int deaths;

    abstract TestLedger ledger(MovableClock clock);

    @BeforeEach
    void prepare() throws SQLException {
        clock = new MovableClock();
        ledger = ledger(clock);
        TestLedger.empty(ledger.database);
    }

    enum Kind {
        MEDIA,
        CALLBACK
    }

    @ParameterizedTest(name = "{0}, deadly after {1} s")
    @CsvSource({"MEDIA, 0", "MEDIA, 45", "CALLBACK, 0", "CALLBACK, 45"})
    void poisonIsFoundAndItsNeighboursComeToTheirEnd(Kind kind, int deadly) {
        add(kind, "poison", "a", "b", "c");
        poison.add("poison");
        Instant begin = clock.instant();
        while (given.size() + stored.size() < added && clock.instant().isBefore(begin.plus(BOUND))) {
            live(Duration.ofMinutes(30), Duration.ofSeconds(1), 2, deadly);
        }

        assertThat(given).containsExactly("poison");
        assertThat(stored).containsExactlyInAnyOrder("a", "b", "c");
        assertThat(deaths).isEqualTo(Runs.POISON);
    }

    @ParameterizedTest
    @CsvSource({"MEDIA, MEDIA", "CALLBACK, CALLBACK", "MEDIA, CALLBACK"})
    void twoPoisonsAreBothFound(Kind one, Kind other) {
        add(one, "poison-1", "a");
        add(other, "poison-2", "b");
        poison.addAll(List.of("poison-1", "poison-2"));
        Instant begin = clock.instant();
        while (given.size() + stored.size() < added && clock.instant().isBefore(begin.plus(BOUND))) {
            live(Duration.ofMinutes(30), Duration.ofSeconds(1), 2, 0);
        }

        assertThat(given).containsExactlyInAnyOrder("poison-1", "poison-2");
        assertThat(stored).containsExactlyInAnyOrder("a", "b");
        assertThat(deaths).isLessThanOrEqualTo(3 * Runs.POISON);
    }

    @ParameterizedTest(name = "{0}, killed after {1} s, work takes {2} s")
    @CsvSource({
        "MEDIA, 1, 5",
        "MEDIA, 3, 100000",
        "MEDIA, 12, 100000",
        "MEDIA, 20, 15",
        "MEDIA, 80, 100000",
        "MEDIA, 400, 100000",
        "MEDIA, 1200, 100000",
        "CALLBACK, 1, 1",
        "CALLBACK, 1, 5",
        "CALLBACK, 11, 1",
        "CALLBACK, 12, 2",
        "CALLBACK, 75, 1"
    })
    void aNodeThatIsKilledFromOutsideBlamesNobody(Kind kind, int killedAfter, int work) {
        add(kind, "a", "b", "c", "d");
        for (int kill = 0; kill < 15; kill++) {
            live(Duration.ofSeconds(killedAfter), step(killedAfter), work, 0);
        }
        assertThat(given).isEmpty();

        live(Duration.ofHours(7), Duration.ofSeconds(30), 20, 0);
        assertThat(stored).containsExactlyInAnyOrder("a", "b", "c", "d");
    }

    @ParameterizedTest
    @EnumSource
    void suspectsHoldNobodyUp(Kind kind) {
        add(kind, "poison");
        poison.add("poison");
        for (int i = 0; i < 3; i++) {
            live(Duration.ofMinutes(10), Duration.ofSeconds(1), 1, 0);
        }
        add(kind, "later");
        live(Duration.ofSeconds(5), Duration.ofSeconds(1), 1, 0);

        assertThat(stored).containsExactly("later");
        assertThat(given).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void whatComesToAnEndIsNoSuspectAnyMore(Kind kind) {
        add(kind, "a");
        for (int i = 0; i < 2; i++) {
            live(Duration.ofSeconds(3), Duration.ofSeconds(1), 100, 0);
        }
        live(Duration.ofMinutes(2), Duration.ofSeconds(1), 2, 0);

        assertThat(stored).containsExactly("a");
    }

    @Test
    void aProcessThatEndsWithAWordBlamesNobody() {
        add(Kind.MEDIA, "a");
        for (int i = 0; i < 8; i++) {
            ledger.runs.begin();
            List<Claimed> claimed = new ArrayList<>(ledger.media.claim(9));
            assertThat(claimed).extracting(Claimed::crashes).containsExactly(0);
            ledger.media.giveBack();
            ledger.runs.end();
        }
    }

    @Test
    void aCallbackThatNoProcessCanEndIsGivenUpThoughTheyStopWithAWord() {
        add(Kind.CALLBACK, "stuck");
        for (int i = 0; i < 5; i++) {
            ledger.runs.begin();
            clock.move(Duration.ofHours(1));
            ledger.runs.beat();
            assertThat(ledger.callbacks.claim(9).size()
                            + ledger.callbacks.claimSuspect().stream().count())
                    .isEqualTo(1);
            ledger.runs.end();
        }

        clock.move(Duration.ofHours(7));
        assertThat(ledger.callbacks.claimSuspect()).map(Received::crashes).contains(Runs.POISON);
    }

    private static Duration step(int seconds) {
        return Duration.ofSeconds(Math.max(1, seconds / 40));
    }

    private void add(Kind kind, String... names) {
        added += names.length;
        for (String name : names) {
            if (kind == Kind.MEDIA) {
                ledger.tasks.merge(TestLedger.event(name, SUCCEEDED, TestLedger.item("k")), Seen.CALLBACK);
            } else {
                ledger.callbacks.record("vidu", name, true, TestLedger.bytes(name));
            }
        }
    }

    /**
     * A process that lives for some time at most, and dies without a word.
     *
     * @param work   seconds that a media or a callback takes
     * @param deadly seconds after which poison ends the process
     */
    private void live(Duration most, Duration step, int work, int deadly) {
        ledger.runs.begin();
        Instant end = clock.instant().plus(most);
        Map<Claimed, Instant> media = new HashMap<>();
        Map<Received, Instant> callbacks = new HashMap<>();
        while (clock.instant().isBefore(end)) {
            ledger.runs.beat();
            ledger.media.renew(media.keySet());
            claimMedia(media);
            if (callbacks.isEmpty()) {
                List<Received> claimed = ledger.callbacks.claim(9);
                claimed = claimed.isEmpty()
                        ? ledger.callbacks.claimSuspect().stream().toList()
                        : claimed;
                claimed.forEach(one -> take(one, callbacks));
            }
            Instant old = clock.instant().minusSeconds(deadly);
            if (media.entrySet().stream().anyMatch(e -> kills(e.getKey().id().taskId(), e.getValue(), old))
                    || callbacks.entrySet().stream().anyMatch(e -> kills(name(e.getKey()), e.getValue(), old))) {
                deaths++;
                clock.move(Duration.ofSeconds(1));
                return;
            }
            media.entrySet().removeIf(entry -> ends(entry.getKey(), entry.getValue(), work));
            callbacks.entrySet().removeIf(entry -> ends(entry.getKey(), entry.getValue(), work));
            if (given.size() + stored.size() == added) {
                return;
            }
            clock.move(step);
        }
    }

    private boolean kills(String name, Instant began, Instant old) {
        return poison.contains(name) && !began.isAfter(old);
    }

    private void take(Received callback, Map<Received, Instant> callbacks) {
        if (callback.crashes() >= Runs.POISON) {
            ledger.callbacks.dead(callback, "poison", null);
            given.add(name(callback));
        } else {
            callbacks.put(callback, clock.instant());
        }
    }

    private void claimMedia(Map<Claimed, Instant> media) {
        if (media.keySet().stream().noneMatch(m -> m.crashes() > 1) && ledger.media.isSuspectDue()) {
            ledger.media.claimSuspect().ifPresent(suspect -> {
                assertThat(ledger.media.began(suspect)).isTrue();
                if (suspect.crashes() >= Runs.POISON) {
                    giveUp(suspect);
                } else {
                    media.put(suspect, clock.instant());
                }
            });
        }
        ledger.media.claim(9).forEach(one -> media.put(one, clock.instant()));
    }

    private void giveUp(Claimed media) {
        ledger.media.dead(media, "poison", null);
        given.add(media.id().taskId());
    }

    private boolean ends(Claimed media, Instant began, int work) {
        if (clock.instant().isBefore(began.plusSeconds(work))
                || poison.contains(media.id().taskId())) {
            return false;
        }
        if (ledger.media.stored(media, TestLedger.OBJECT)) {
            stored.add(media.id().taskId());
        }
        return true;
    }

    private boolean ends(Received callback, Instant began, int work) {
        if (clock.instant().isBefore(began.plusSeconds(work)) || poison.contains(name(callback))) {
            return false;
        }
        if (ledger.done(callback)) {
            stored.add(name(callback));
        }
        return true;
    }

    private String name(Received callback) {
        return new String(callback.body(), StandardCharsets.UTF_8);
    }
}
