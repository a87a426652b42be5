package io.mediakeep.demo;

import java.time.Instant;
import java.util.List;

/**
 * One simulated task with everything that will happen to it. Immutable.
 *
 * @param order       what an application would use to find its task again
 * @param steps       states in the order of time, the first at creation, the last final
 * @param lossNoticed whether the provider says that it could not deliver the callback
 */
record DemoTask(
        String id,
        String order,
        String product,
        List<Step> steps,
        boolean failed,
        boolean lossNoticed,
        List<Media> media) {

    /**
     * @param state in the provider's words
     * @param calls whether the provider calls back at this step
     */
    record Step(String state, Instant at, boolean calls) {}

    /** @param id the provider's id of this output */
    record Media(String id, DemoFile file, String path) {}

    Instant createdAt() {
        return steps.get(0).at();
    }

    Step last() {
        return steps.get(steps.size() - 1);
    }

    Step at(Instant now) {
        Step current = steps.get(0);
        for (Step step : steps) {
            if (!step.at().isAfter(now)) {
                current = step;
            }
        }
        return current;
    }

    boolean succeeded(Step step) {
        return !failed && step.equals(last());
    }
}
