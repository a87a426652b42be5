package io.mediakeep.ledger;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** Suspects in a SQLite file, which one process has for itself. */
class SqliteSuspectTest extends SuspectContract {
    @TempDir
    Path directory;

    @Override
    TestLedger ledger(MovableClock clock) {
        return new TestLedger(
                TestLedger.open("jdbc:sqlite:" + directory.resolve("suspects.db"), "nobody"), clock, "node");
    }

    @AfterEach
    void close() {
        ledger.close();
    }
}
