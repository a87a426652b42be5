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

    /** The same place in a list that failed so many times. */
    static PollLedger.Cursor failedBefore(PollLedger.Cursor cursor, int times) {
        return new PollLedger.Cursor(null, times, cursor.walks(), null, null);
    }

    static PollLedger.Cursor claimed(TestLedger node) {
        return node.polls.claim("vidu", "tasks").orElseThrow();
    }

    static String place(PollLedger.Cursor cursor) {
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
