package io.mediakeep;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * A resource that a thread of its own opens while the start goes on. Owns it: closing waits for the opening, which is
 * interrupted, and closes what came of it. Thread-safe.
 */
final class Opening<T extends AutoCloseable> implements AutoCloseable {
    private final FutureTask<T> task;
    private final Thread thread;

    private Opening(String name, Callable<T> open) {
        task = new FutureTask<>(open);
        thread = new Thread(task, name);
        thread.setDaemon(true);
    }

    /** @param name of the thread */
    static <T extends AutoCloseable> Opening<T> begin(String name, Callable<T> open) {
        Opening<T> opening = new Opening<>(name, open);
        opening.thread.start();
        return opening;
    }

    /**
     * The open resource; waits for it.
     *
     * @throws RuntimeException what the opening threw
     */
    T get() {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return task.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                    thread.interrupt();
                } catch (ExecutionException e) {
                    if (e.getCause() instanceof RuntimeException cause) {
                        throw cause;
                    }
                    throw new IllegalStateException(e.getCause());
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void close() throws Exception {
        thread.interrupt();
        T resource;
        try {
            resource = get();
        } catch (RuntimeException e) {
            // It never came to be, so there is nothing to close; whoever asked for it was told.
            return;
        }
        resource.close();
    }
}
