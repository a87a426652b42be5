import java.time.Duration;
import java.util.concurrent.Callable;

/** Waits on a condition, with a limit. */
final class Await {
    private Await() {}

    static void until(String what, Duration limit, Duration pause, Callable<Boolean> condition) throws Exception {
        // Quick runs are for busy machines.
        long end = System.nanoTime() + limit.toNanos() * (Bench.QUICK ? 4 : 1);
        while (!condition.call()) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("not within " + limit.toSeconds() + " s: " + what);
            }
            Thread.sleep(pause.toMillis());
        }
    }
}
