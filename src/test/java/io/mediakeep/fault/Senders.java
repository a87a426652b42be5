package io.mediakeep.fault;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** The providers' side of callbacks: each is sent to one node after the other until one answers 200. */
final class Senders implements AutoCloseable {
    private static final int MANY = 3;

    private final World world;
    private final Load load;
    private final List<Node> nodes;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
    private final Queue<Load.Callback> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger turn = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();
    private final Map<String, Integer> answers = new ConcurrentHashMap<>();
    private boolean started;
    private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(MANY);

    Senders(World world, Load load) {
        this.world = world;
        this.load = load;
        this.nodes = world.nodes();
    }

    /** Sends all callbacks of the load, in this order, over and over until they are acknowledged. */
    Senders send(List<Load.Callback> callbacks) {
        waiting.addAll(callbacks);
        open.addAndGet(callbacks.size());
        for (int i = 0; i < MANY && !started; i++) {
            threads.scheduleWithFixedDelay(this::next, 0, 10, TimeUnit.MILLISECONDS);
        }
        started = true;
        return this;
    }

    void awaitAcknowledged() {
        try {
            Awaitility.await("all callbacks are acknowledged")
                    .atMost(Settle.PATIENCE)
                    .until(() -> open.get() == 0);
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(open.get() + " callbacks were not acknowledged; answers: " + answers, e);
        }
    }

    /** Deliveries so far that were not acknowledged. */
    int refused() {
        return refused.get();
    }

    private void next() {
        Load.Callback callback = waiting.poll();
        if (callback == null) {
            return;
        }
        Node node = nodes.get(Math.floorMod(turn.getAndIncrement(), nodes.size()));
        int status = deliver(node, callback);
        answers.merge(node.name + " " + status, 1, Integer::sum);
        if (status == 200) {
            open.decrementAndGet();
        } else {
            refused.incrementAndGet();
            waiting.add(callback);
        }
    }

    /** Delivers a callback once; the status, or 0 if there was no answer. */
    int deliver(Node node, Load.Callback callback) {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + node.door.port() + callback.path()))
                .version(HttpClient.Version.HTTP_1_1)
                .timeout(Duration.ofSeconds(10))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(callback.body()));
        callback.headers(world).forEach(request::header);
        try {
            int status = http.send(request.build(), HttpResponse.BodyHandlers.discarding())
                    .statusCode();
            if (status == 200) {
                load.acknowledged(callback);
            }
            return status;
        } catch (IOException e) {
            return 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 0;
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
