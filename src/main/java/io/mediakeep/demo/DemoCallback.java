package io.mediakeep.demo;

import java.time.Instant;

/**
 * A callback that waits for its time.
 *
 * @param number  of this delivery: one that comes twice has the same number
 * @param attempt 0 for the first, then one more for each repetition after a failure
 */
record DemoCallback(DemoTask task, DemoTask.Step step, Instant dueAt, long number, int attempt) {}
