package io.mediakeep.demo;

import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the simulated providers may do to their tasks, from the settings {@code mediakeep.demo.*}. Shares are whole
 * percents. Set once while the routes are loaded, read by all threads after that.
 */
public final class DemoPlan {
    private static final Logger LOG = LoggerFactory.getLogger(DemoPlan.class);

    /** Whether a seed was drawn and nobody has been told yet. */
    private final AtomicBoolean drawn = new AtomicBoolean();

    private volatile Long seed;
    private volatile int tasks = 100;
    private volatile Duration duration = Duration.ofSeconds(8);
    private volatile int tasksFailed = 5;
    private volatile int callbacksLost = 30;
    private volatile int callbacksDoubled = 10;
    private volatile int callbacksLate = 10;
    private volatile int downloadsFailingOnce = 10;
    private volatile int downloadsBrokenOnce = 10;
    private volatile int downloadsGone = 3;

    /** @param text a whole number, or {@code random}: another one each time, written to the log */
    public void setSeed(String text) {
        if (text.equals("random")) {
            seed = (long) new Random().nextInt(1_000_000);
            drawn.set(true);
            return;
        }
        try {
            seed = Long.valueOf(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "mediakeep.demo.seed must be a whole number or random, but is " + text, e);
        }
    }

    /** @param count tasks each provider makes before it rests; 0 means no end */
    public void setTasks(int count) {
        if (count < 0) {
            throw new IllegalArgumentException("mediakeep.demo.tasks must not be negative, but is " + count);
        }
        tasks = count;
    }

    /** @param longest time from the creation of a task to its end; tasks take at least half of it */
    public void setDuration(Duration longest) {
        if (longest.toMillis() < 10 || longest.compareTo(Duration.ofHours(1)) > 0) {
            throw new IllegalArgumentException("mediakeep.demo.duration must be 10ms to 1h, but is " + longest);
        }
        duration = longest;
    }

    public void setTasksFailed(int percent) {
        tasksFailed = share("tasks-failed", percent);
    }

    public void setCallbacksLost(int percent) {
        callbacksLost = share("callbacks-lost", percent);
    }

    public void setCallbacksDoubled(int percent) {
        callbacksDoubled = share("callbacks-doubled", percent);
    }

    public void setCallbacksLate(int percent) {
        callbacksLate = share("callbacks-late", percent);
    }

    public void setDownloadsFailingOnce(int percent) {
        downloadsFailingOnce = share("downloads-failing-once", percent);
    }

    public void setDownloadsBrokenOnce(int percent) {
        downloadsBrokenOnce = share("downloads-broken-once", percent);
    }

    public void setDownloadsGone(int percent) {
        downloadsGone = share("downloads-gone", percent);
    }

    /** The decisions for one provider: the same seed gives the same, whatever the others do. */
    DemoDice dice(String provider) {
        if (seed == null) {
            throw new IllegalStateException("mediakeep.demo.seed is not set");
        }
        if (downloadsFailingOnce + downloadsBrokenOnce + downloadsGone > 100) {
            throw new IllegalArgumentException("the shares mediakeep.demo.downloads-* must not exceed 100 together");
        }
        return new DemoDice(this, new Random(seed * 31 + provider.hashCode()));
    }

    /** Says once which seed was drawn: with the first task, because Camel makes beans more than once at start. */
    void begin() {
        if (drawn.getAndSet(false)) {
            LOG.info("Demo: mediakeep.demo.seed = {} repeats this run's decisions", seed);
        }
    }

    int tasks() {
        return tasks;
    }

    Duration duration() {
        return duration;
    }

    int tasksFailed() {
        return tasksFailed;
    }

    int callbacksLost() {
        return callbacksLost;
    }

    int callbacksDoubled() {
        return callbacksDoubled;
    }

    int callbacksLate() {
        return callbacksLate;
    }

    int downloadsFailingOnce() {
        return downloadsFailingOnce;
    }

    int downloadsBrokenOnce() {
        return downloadsBrokenOnce;
    }

    int downloadsGone() {
        return downloadsGone;
    }

    private static int share(String setting, int percent) {
        if (percent < 0 || percent > 100) {
            throw new IllegalArgumentException("mediakeep.demo." + setting + " must be 0 to 100, but is " + percent);
        }
        return percent;
    }
}
