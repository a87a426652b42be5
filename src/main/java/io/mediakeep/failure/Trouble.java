package io.mediakeep.failure;

import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.event.Level;

/**
 * Tells the log of trouble that may come again and again: one line when it begins, one a minute with how often it came, one
 * when it is over. Trouble is told apart by its kind, a phrase of ours such as {@code "Callbacks of kling are answered 401"},
 * never by text from outside: whoever sends other text each time would fill the log. Thread-safe.
 */
public final class Trouble {
    static final Duration TOLD_EVERY = Duration.ofMinutes(1);
    /** What goes well for so long after the last failure is over. */
    static final Duration STEADY = Duration.ofSeconds(10);
    /** Trouble that nobody says the end of is over after so long without a failure, beyond its own pause. */
    static final Duration QUIET = Duration.ofMinutes(2);

    static final int MOST_KINDS = 200;
    private static final String OTHERS = "Other trouble";
    private static final int LONGEST_DETAIL = 300;
    private static final long LOOK_SECONDS = 5;

    private final BiConsumer<Level, String> log;
    private final Clock clock;
    private final Map<String, Course> courses = new LinkedHashMap<>();
    private volatile int open;
    private boolean looking;

    public Trouble(Logger log, Clock clock) {
        this((level, line) -> log.atLevel(level).log(line), clock);
    }

    Trouble(BiConsumer<Level, String> log, Clock clock) {
        this.log = log;
        this.clock = clock;
    }

    /** How trouble of one kind goes; times in milliseconds. */
    private static final class Course {
        private Level level;
        private String detail;
        private long begunAt;
        private long failedAt;
        private long toldAt = Long.MIN_VALUE;
        private long patience;
        private long untold;
        private long all;
        private boolean running;
        private boolean begunAloud;
        private boolean well;
    }

    /** @param detail what happened now, without a secret; may hold text from outside */
    public void failed(String kind, String detail) {
        failed(Level.WARN, kind, detail, Duration.ZERO);
    }

    /** @param pause until it is tried again: silence until then is no end */
    public void failed(String kind, String detail, Duration pause) {
        failed(Level.WARN, kind, detail, pause);
    }

    /** Trouble that should never be, so an error of ours. */
    public void broken(String kind, String detail) {
        failed(Level.ERROR, kind, detail, Duration.ZERO);
    }

    private synchronized void failed(Level level, String kind, String detail, Duration pause) {
        long now = clock.millis();
        String known = courses.containsKey(kind) || courses.size() < MOST_KINDS ? kind : OTHERS;
        Course course = courses.computeIfAbsent(known, k -> new Course());
        if (!course.running) {
            course.running = true;
            course.begunAt = now;
            course.all = 0;
            course.untold = 0;
            course.begunAloud = false;
            open++;
        }
        course.level = level;
        course.detail = line(detail);
        course.failedAt = now;
        course.patience = QUIET.plus(pause).toMillis();
        course.well = false;
        course.all++;
        course.untold++;
        look(known, course, now);
        lookLater();
    }

    /** It works: costs next to nothing while there is no trouble. */
    public void well(String kind) {
        if (open == 0) {
            return;
        }
        synchronized (this) {
            Course course = courses.get(kind);
            if (course != null && course.running) {
                course.well = true;
                look(kind, course, clock.millis());
            }
        }
    }

    /** Tells what is due by now. */
    synchronized void look() {
        long now = clock.millis();
        courses.forEach((kind, course) -> {
            if (course.running) {
                look(kind, course, now);
            }
        });
    }

    private void look(String kind, Course course, long now) {
        boolean mayTell = course.toldAt == Long.MIN_VALUE || now - course.toldAt >= TOLD_EVERY.toMillis();
        if (course.untold > 0 && mayTell) {
            String often =
                    course.all == 1 ? "" : " (" + course.untold + " since the last line, " + course.all + " in all)";
            log.accept(course.level, kind + ": " + course.detail + often);
            course.untold = 0;
            course.toldAt = now;
            course.begunAloud = true;
        }
        long silence = now - course.failedAt;
        if (course.well && silence >= STEADY.toMillis() || silence >= course.patience) {
            course.running = false;
            open--;
            if (course.begunAloud && (course.well || course.all > 1)) {
                long seconds = (now - course.begunAt) / 1_000;
                log.accept(Level.INFO, kind + ": over after " + seconds + " s, " + course.all + " in all");
            }
        }
    }

    /** By the clock of the machine: a clock that stands still keeps trouble running, and nothing else. */
    private void lookLater() {
        if (!looking) {
            looking = true;
            CompletableFuture.delayedExecutor(LOOK_SECONDS, TimeUnit.SECONDS).execute(this::lookAgain);
        }
    }

    private synchronized void lookAgain() {
        looking = false;
        look();
        if (open > 0) {
            lookLater();
        }
    }

    private static String line(String detail) {
        String text = String.valueOf(detail).replaceAll("\\p{Cntrl}+", " ").strip();
        return text.length() > LONGEST_DETAIL ? text.substring(0, LONGEST_DETAIL) + "..." : text;
    }
}
