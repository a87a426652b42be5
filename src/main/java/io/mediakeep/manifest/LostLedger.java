package io.mediakeep.manifest;

import io.mediakeep.failure.Failure;
import io.mediakeep.storage.Storage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells an operator of a bucket that knows tasks beside a ledger that knows none: the ledger was probably lost, and all would be
 * copied again. Looks at some thousand keys, in a thread of its own, and again until the storage answers. Closing ends it.
 */
public final class LostLedger implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LostLedger.class);
    private static final Pattern MANIFEST = Pattern.compile("[^/]+/[^/]+/task\\.json");
    private static final Duration PAUSE = Duration.ofSeconds(10);

    private final Storage storage;
    private final Instant start = Instant.now();
    private final Thread thread;

    private LostLedger(Storage storage, Collection<String> providers) {
        this.storage = storage;
        List<String> prefixes = new ArrayList<>();
        providers.forEach(provider -> prefixes.add(provider + "/"));
        prefixes.add("");
        this.thread = new Thread(() -> run(prefixes), "lost-ledger");
        thread.setDaemon(true);
    }

    /**
     * To be called with an empty ledger.
     *
     * @param providers whose manifests are looked for first, for much else may stand in the bucket
     */
    public static LostLedger look(Storage storage, Collection<String> providers) {
        LostLedger lost = new LostLedger(storage, providers);
        lost.thread.start();
        return lost;
    }

    private void run(List<String> prefixes) {
        try {
            while (!isTold(prefixes)) {
                // A thread of its own, begun before the routes: nothing else waits for it.
                Thread.sleep(PAUSE.toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** @return false if the storage did not answer */
    private boolean isTold(List<String> prefixes) {
        try {
            for (String prefix : prefixes) {
                // What this process writes itself meanwhile says nothing.
                List<String> manifests = storage.firstKeys(prefix, start).stream()
                        .filter(key -> MANIFEST.matcher(key).matches())
                        .toList();
                if (!manifests.isEmpty()) {
                    tell(manifests);
                    return true;
                }
            }
            return true;
        } catch (Failure e) {
            return false; // Others tell of it.
        }
    }

    private void tell(List<String> manifests) {
        LOG.warn(
                "The ledger is empty, but {} has manifests of earlier tasks: at least {}, such as {}. If the ledger was lost, stop"
                        + " this process and run `java -jar mediakeep.jar rebuild`, or all is fetched again",
                storage.place(),
                manifests.size(),
                manifests.get(0));
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
