package io.mediakeep.ledger;

import io.mediakeep.database.Database;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Timeout;

/** What the ledger promises on either database, noun by noun: each database is a subclass, each noun a class inside. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
abstract class LedgerContract extends NounContract {
    private static Function<String, Database> databases;
    private static TestLedger first;
    private static TestLedger second;

    /** Called once by each subclass, with what opens a database of that name. */
    static void open(Function<String, Database> opener) {
        databases = opener;
    }

    /** Opens the database of that name, which is made if it is not there; the caller closes it. */
    static Database database(String name) {
        return databases.apply(name);
    }

    static TestLedger first() {
        if (first == null) {
            MovableClock shared = new MovableClock();
            first = new TestLedger(database("ledger"), shared, "node-1");
            Database again = first.database.isExclusive() ? first.database : database("ledger");
            second = new TestLedger(again, shared, "node-2");
        }
        return first;
    }

    static TestLedger second() {
        return second;
    }

    @BeforeEach
    void empty() throws Exception {
        clock.move(Duration.between(clock.instant(), MovableClock.START));
        TestLedger.empty(first.database);
    }

    @AfterAll
    static void close() {
        first.close();
        second.close();
        first = null;
    }

    @Nested
    class Tasks extends TaskContract {}

    @Nested
    class Usage extends UsageContract {}

    @Nested
    class Outputs extends OutputContract {}

    @Nested
    class Callbacks extends CallbackContract {}

    @Nested
    class Reads extends ReadContract {}

    @Nested
    class Media extends MediaContract {}

    @Nested
    class Uploads extends UploadContract {}

    @Nested
    class DeadLetters extends DeadLetterContract {}

    @Nested
    class Outbox extends OutboxContract {}

    @Nested
    class Polls extends PollContract {}

    @Nested
    class Manifests extends ManifestContract {}

    @Nested
    class Queries extends QueryContract {}

    @Nested
    class Retention extends RetentionContract {}

    @Nested
    class Rules extends RuleContract {}
}
