package io.mediakeep.demo;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * The tasks of one simulated provider and the callbacks that wait for their time. Keeps the newest 5,000 tasks.
 * Thread-safe.
 */
final class DemoTasks {
    private static final int KEPT = 5_000;

    /** Of 18-digit ids, how many belong to one millisecond; a task and its outputs take ten. */
    private static final long IDS_PER_MILLI = 100_000;

    private static final int IDS_PER_TASK = 10;

    private final DemoDice dice;
    private final Clock clock;
    private final Deque<DemoTask> newestFirst = new ArrayDeque<>();
    private final PriorityQueue<DemoCallback> waiting =
            new PriorityQueue<>(Comparator.comparing(DemoCallback::dueAt).thenComparing(DemoCallback::number));
    private long made;
    private long callbacks;

    DemoTasks(DemoPlan plan, String provider, Clock clock) {
        this.dice = plan.dice(provider);
        this.clock = clock;
    }

    /** A state on the way. */
    record State(String name, boolean calls) {}

    /** What a provider makes of the dice: the states of a task and its outputs. */
    record Draft(String id, String product, List<State> states, State failure, List<DemoTask.Media> media) {}

    /** Numbers for one task, unique also after a restart. */
    record Ids(long first) {
        /** @param index 0 is the task, 1 to 9 are its outputs */
        String at(int index) {
            return String.valueOf(first + index);
        }
    }

    /** Makes a task and schedules its callbacks; nothing once the limit of the plan is reached. */
    synchronized Optional<DemoTask> create(BiFunction<DemoDice, Ids, Draft> provider) {
        DemoPlan plan = dice.plan();
        if (plan.tasks() > 0 && made >= plan.tasks()) {
            return Optional.empty();
        }
        plan.begin();
        made++;
        Instant now = clock.instant();
        Draft draft =
                provider.apply(dice, new Ids(now.toEpochMilli() * IDS_PER_MILLI + made * IDS_PER_TASK % IDS_PER_MILLI));
        boolean failed = dice.percent(plan.tasksFailed());
        List<DemoTask.Step> steps = steps(draft, failed, now, dice.length());
        boolean lost = dice.percent(plan.callbacksLost());
        boolean allLost = lost && dice.percent(50);
        boolean noticed = lost && dice.percent(50);
        DemoTask task = new DemoTask(
                draft.id(),
                "order-" + made,
                draft.product(),
                steps,
                failed,
                noticed,
                failed ? List.of() : draft.media());
        schedule(task, lost, allLost, dice.percent(plan.callbacksDoubled()), dice.percent(plan.callbacksLate()));
        newestFirst.addFirst(task);
        if (newestFirst.size() > KEPT) {
            newestFirst.removeLast();
        }
        return Optional.of(task);
    }

    /** The states at even distances; the last one is replaced if the task fails. */
    private static List<DemoTask.Step> steps(Draft draft, boolean failed, Instant from, Duration length) {
        List<DemoTask.Step> steps = new ArrayList<>();
        int last = draft.states().size() - 1;
        for (int i = 0; i <= last; i++) {
            State state = failed && i == last ? draft.failure() : draft.states().get(i);
            steps.add(new DemoTask.Step(
                    state.name(), from.plus(length.multipliedBy(i).dividedBy(last)), state.calls()));
        }
        return List.copyOf(steps);
    }

    /** A late final callback comes after twice the longest task, and the one before it comes after it. */
    private void schedule(DemoTask task, boolean lost, boolean allLost, boolean doubled, boolean late) {
        List<DemoTask.Step> calls =
                task.steps().stream().filter(DemoTask.Step::calls).toList();
        Duration delay = dice.plan().duration().multipliedBy(2);
        for (int i = 0; i < calls.size(); i++) {
            DemoTask.Step step = calls.get(i);
            int fromEnd = calls.size() - 1 - i;
            if (allLost || lost && fromEnd == 0) {
                continue;
            }
            Instant due = step.at();
            if (late && fromEnd <= 1) {
                due = task.last().at().plus(delay).plusMillis(fromEnd);
            }
            DemoCallback callback = new DemoCallback(task, step, due, ++callbacks, 0);
            waiting.add(callback);
            if (doubled && fromEnd == 0) {
                waiting.add(callback);
            }
        }
    }

    /** Takes the callbacks whose time has come, in order. */
    synchronized List<DemoCallback> due() {
        Instant now = clock.instant();
        List<DemoCallback> due = new ArrayList<>();
        while (!waiting.isEmpty() && !waiting.peek().dueAt().isAfter(now)) {
            due.add(waiting.remove());
        }
        return due;
    }

    /** Schedules a callback once more, as a new delivery. */
    synchronized void again(DemoCallback callback, Duration delay) {
        waiting.add(new DemoCallback(
                callback.task(), callback.step(), clock.instant().plus(delay), ++callbacks, callback.attempt() + 1));
    }

    /** Tasks made since the start. */
    synchronized long made() {
        return made;
    }

    synchronized List<DemoTask> newestFirst() {
        return List.copyOf(newestFirst);
    }

    Optional<DemoTask> find(Function<DemoTask, String> by, String value) {
        return newestFirst().stream()
                .filter(task -> by.apply(task).equals(value))
                .findFirst();
    }

    Instant now() {
        return clock.instant();
    }
}
