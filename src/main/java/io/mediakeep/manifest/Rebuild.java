package io.mediakeep.manifest;

import io.mediakeep.failure.Causes;
import io.mediakeep.failure.Failure;
import io.mediakeep.failure.FinalFailure;
import io.mediakeep.ledger.RebuildLedger;
import io.mediakeep.ledger.RebuildLedger.Media;
import io.mediakeep.ledger.RebuildLedger.Task;
import io.mediakeep.storage.ObjectKeys;
import io.mediakeep.storage.Storage;
import io.mediakeep.storage.StoredObject;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fills a lost ledger from the manifests in the bucket, page by page, and looks at each object they name. May be broken off
 * at any time and begun again: what is known is skipped. For one run; not thread-safe.
 */
public final class Rebuild {
    private static final Logger LOG = LoggerFactory.getLogger(Rebuild.class);
    private static final int LARGEST = 4 << 20;
    private static final int AT_A_TIME = 8;
    private static final int GROUP = 50;

    private final Storage storage;
    private final ObjectKeys keys;
    private final RebuildLedger ledger;
    private final ManifestReader reader = new ManifestReader();
    private final AtomicLong known = new AtomicLong();
    private final AtomicLong stored = new AtomicLong();
    private final AtomicLong missing = new AtomicLong();
    private final AtomicLong different = new AtomicLong();
    private final AtomicLong waiting = new AtomicLong();
    private final AtomicLong unreadable = new AtomicLong();
    private long tasks;

    public Rebuild(Storage storage, ObjectKeys keys, RebuildLedger ledger) {
        this.storage = storage;
        this.keys = keys;
        this.ledger = ledger;
    }

    /**
     * What was found.
     *
     * @param tasks      brought back
     * @param known      tasks that the ledger knew already
     * @param stored     media whose object is there, as the manifest says
     * @param missing    media whose object is not there
     * @param different  media whose object has another size or sha256
     * @param waiting    media that were not stored when the manifest was written
     * @param unreadable manifests that are none of ours
     */
    public record Result(
            long tasks, long known, long stored, long missing, long different, long waiting, long unreadable) {}

    /**
     * Reads all manifests of the bucket.
     *
     * @throws Failure if the storage does not answer
     */
    public Result run() throws InterruptedException {
        ExecutorService threads = Executors.newFixedThreadPool(AT_A_TIME);
        try {
            for (List<String> page : storage.pages()) {
                List<String> manifests =
                        page.stream().filter(key -> key.endsWith("/task.json")).toList();
                for (int from = 0; from < manifests.size(); from += GROUP) {
                    group(threads, manifests.subList(from, Math.min(manifests.size(), from + GROUP)));
                }
            }
            return new Result(
                    tasks, known.get(), stored.get(), missing.get(), different.get(), waiting.get(), unreadable.get());
        } finally {
            threads.shutdownNow();
        }
    }

    private void group(ExecutorService threads, List<String> manifests) throws InterruptedException {
        List<Callable<Optional<Task>>> work = new ArrayList<>();
        manifests.forEach(key -> work.add(() -> find(key)));
        List<Task> found = new ArrayList<>();
        for (Future<Optional<Task>> future : threads.invokeAll(work)) {
            try {
                future.get().ifPresent(found::add);
            } catch (ExecutionException e) {
                throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
            }
        }
        ledger.bringBack(found);
        tasks += found.size();
    }

    private Optional<Task> find(String key) {
        Task task;
        try {
            task = reader.read(content(key));
            if (!keys.manifest(task.provider(), task.taskId()).equals(key)) {
                throw new IllegalArgumentException("it is about another task");
            }
        } catch (IllegalArgumentException | FinalFailure e) {
            unreadable.incrementAndGet();
            LOG.warn("{} is no manifest: {}", key, e.getMessage());
            return Optional.empty();
        }
        if (ledger.isKnown(task.provider(), task.taskId(), task.revision())) {
            known.incrementAndGet();
            return Optional.empty();
        }
        return Optional.of(task.with(task.media().stream().map(this::look).toList()));
    }

    private byte[] content(String key) {
        try (InputStream in = storage.read(key)) {
            byte[] content = in.readNBytes(LARGEST + 1);
            if (content.length > LARGEST) {
                throw new IllegalArgumentException("it is larger than " + LARGEST + " bytes");
            }
            return content;
        } catch (IOException e) {
            throw new IllegalStateException("reading " + key + " broke off: " + Causes.text(e), e);
        }
    }

    private Media look(Media media) {
        if (media.object() == null) {
            waiting.incrementAndGet();
            return media;
        }
        Optional<StoredObject> there = storage.head(media.object().objectKey());
        if (there.isEmpty()) {
            missing.incrementAndGet();
            LOG.warn("{} is missing", media.object().objectKey());
            return media.missing();
        }
        boolean same = there.get().size() == media.object().size()
                && storage.checksum(there.get())
                        .filter(sum ->
                                sum.algorithm() == media.object().checksum().algorithm())
                        .map(media.object().checksum()::equals)
                        .orElse(true);
        if (!same) {
            different.incrementAndGet();
            LOG.warn(
                    "{} is another object than the manifest says",
                    media.object().objectKey());
            return media.missing();
        }
        stored.incrementAndGet();
        return media;
    }
}
