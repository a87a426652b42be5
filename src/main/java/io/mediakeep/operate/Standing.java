package io.mediakeep.operate;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** What storage and ledger lack, for whoever asks, without waiting for a storage that is silent. Thread-safe. */
public final class Standing implements AutoCloseable {
    private static final long KEPT_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long PATIENCE_MILLIS = 1_000;

    private final Supplier<String> storage;
    private final Supplier<String> space;
    private final LongSupplier nanos;
    private final ExecutorService looks = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "storage-look");
        thread.setDaemon(true);
        return thread;
    });
    private CompletableFuture<String> look;
    private long begun;

    /**
     * @param storage what is wrong with the storage, null if nothing is; may take long
     * @param space   what is short on the disks, null if nothing is
     * @param nanos   a clock that only runs forward, in nanoseconds
     */
    public Standing(Supplier<String> storage, Supplier<String> space, LongSupplier nanos) {
        this.storage = storage;
        this.space = space;
        this.nanos = nanos;
    }

    /** Null if nothing is wrong; a few seconds old at most. */
    public String storageProblem() {
        CompletableFuture<String> asked = look();
        try {
            return asked.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return "the storage is silent";
        } catch (ExecutionException e) {
            return "the storage cannot be looked at: " + e.getCause().getClass().getSimpleName();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "the storage was not looked at";
        }
    }

    /** Null if nothing is wrong. A ledger that does not answer is told by the request that needs it. */
    public String ledgerProblem() {
        return space.get();
    }

    private synchronized CompletableFuture<String> look() {
        if (look == null || look.isDone() && nanos.getAsLong() - begun >= KEPT_NANOS) {
            begun = nanos.getAsLong();
            look = CompletableFuture.supplyAsync(storage, looks);
        }
        return look;
    }

    @Override
    public void close() {
        looks.shutdownNow();
    }
}
