package io.mediakeep.ledger;

import static io.mediakeep.ledger.TestLedger.bytes;
import static io.mediakeep.ledger.TestLedger.event;
import static io.mediakeep.ledger.TestLedger.item;

import io.mediakeep.event.TaskStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What nodes claim, each with the same rules: one claimer, a lease, the longest due first. */
enum Station {
    CALLBACK(Duration.ofSeconds(30)) {
        @Override
        void add(TestLedger ledger, String name) {
            ledger.callbacks.record("vidu", name, true, bytes(name));
        }

        @Override
        List<String> claim(TestLedger ledger, int limit) {
            List<String> names = new ArrayList<>();
            List<CallbackLedger.Received> some = ledger.callbacks.claim(limit);
            while (!some.isEmpty()) {
                some.forEach(c -> names.add(new String(c.body())));
                some = names.size() == limit ? List.of() : ledger.callbacks.claim(limit - names.size());
            }
            return names;
        }
    },
    MEDIA(TestLedger.MEDIA_LEASE) {
        @Override
        void add(TestLedger ledger, String name) {
            ledger.tasks.merge(
                    event(
                            name,
                            TaskStatus.PROCESSING,
                            item(
                                    "k",
                                    "https://cdn.example/",
                                    ledger.clock.instant().plus(Duration.ofDays(1)))),
                    Seen.POLL);
        }

        @Override
        List<String> claim(TestLedger ledger, int limit) {
            ledger.media.takeOver();
            return ledger.media.claim(limit).stream().map(c -> c.id().taskId()).toList();
        }
    },
    READ(Duration.ofSeconds(60)) {
        @Override
        void add(TestLedger ledger, String name) {
            ledger.tasks.merge(event(name, TaskStatus.PROCESSING), Seen.POLL);
            ledger.tasks.read("vidu", name, "detail");
        }

        @Override
        List<String> claim(TestLedger ledger, int limit) {
            return ledger.tasks.claimReads("vidu", limit).stream()
                    .map(TaskLedger.DueRead::taskId)
                    .toList();
        }
    },
    OUTBOX(Duration.ofSeconds(60)) {
        @Override
        void add(TestLedger ledger, String name) {
            ledger.tasks.merge(event(name, TaskStatus.FAILED), Seen.POLL);
        }

        @Override
        List<String> claim(TestLedger ledger, int limit) {
            return ledger.outbox.claim("announce", limit).stream()
                    .map(OutboxLedger.Announcement::taskId)
                    .toList();
        }
    },
    MANIFEST(Duration.ofSeconds(60)) {
        @Override
        void add(TestLedger ledger, String name) {
            ledger.tasks.merge(event(name, TaskStatus.FAILED), Seen.POLL);
        }

        @Override
        List<String> claim(TestLedger ledger, int limit) {
            return ledger.manifests.claim(limit).stream()
                    .map(ManifestLedger.Due::taskId)
                    .toList();
        }
    };

    final Duration lease;

    Station(Duration lease) {
        this.lease = lease;
    }

    abstract void add(TestLedger ledger, String name);

    abstract List<String> claim(TestLedger ledger, int limit);

    /** Adds rows that become due one second after the other; returns their names in that order. */
    List<String> fill(TestLedger ledger, int count) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            // Neither the order of the names nor its reverse is the order in time.
            String name = "n" + i * 7 % count + "-" + i;
            add(ledger, name);
            names.add(name);
            ledger.clock.move(Duration.ofSeconds(1));
        }
        return names;
    }
}
