package io.mediakeep.ledger;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;

/** A part of the {@link LedgerContract}. Each test starts with empty tables and a clock that stands still. */
abstract class NounContract {
    TestLedger ledger;
    TestLedger otherNode;
    MovableClock clock;

    @BeforeEach
    void take() {
        ledger = LedgerContract.first();
        otherNode = LedgerContract.second();
        clock = ledger.clock;
    }

    static PollLedger.Cursor failedBefore(int times) {
        return new PollLedger.Cursor(null, times, 1, null, null);
    }

    /** Claims a list that is due, and says where its cursor stands. */
    static String place(TestLedger node) {
        PollLedger.Cursor cursor = node.polls.claim("vidu", "tasks").orElseThrow();
        return cursor.coveredUntil() + " after " + cursor.failures() + " failures";
    }

    /** Runs all at the same time and gives their results. */
    static <T> List<T> together(List<Callable<T>> tasks) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(tasks.size());
        try {
            List<T> results = new ArrayList<>();
            for (Future<T> future : threads.invokeAll(tasks)) {
                results.add(future.get());
            }
            return results;
        } finally {
            threads.shutdownNow();
        }
    }

    static <T> List<Callable<T>> times(int times, Callable<T> task) {
        return IntStream.range(0, times).mapToObj(i -> task).toList();
    }
}
