package io.mediakeep.fault;

import io.mediakeep.it.FakeKling;
import io.mediakeep.it.FakeServer;
import io.mediakeep.it.FakeSuno;
import io.mediakeep.it.KlingTasks;
import io.mediakeep.it.Media;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Tasks that providers have ended, what is to become of them, and the callbacks about them. Which tasks these are follows
 * from the random numbers alone.
 */
final class Load {
    private static final int LARGE = 12 << 20;

    /** One output: its object, or none where its address is not to be reached. */
    record Output(String provider, String taskId, String mediaKey, String sha256, boolean storable) {
        String objectKey() {
            return provider + "/" + taskId + "/" + mediaKey + ".mp4";
        }
    }

    /** A callback that its provider sends until it is acknowledged. */
    record Callback(String id, String path, byte[] body, boolean signed, Output output) {
        Map<String, String> headers(World world) {
            return signed ? FakeKling.sign(id, world.clock, body, Node.SECRET) : Map.of();
        }
    }

    private final World world;
    private final String name;
    private final Random random;
    private final List<Output> listed = new ArrayList<>();
    private final List<Callback> callbacks = new ArrayList<>();
    private final Set<Callback> acknowledged = ConcurrentHashMap.newKeySet();
    private int tasks;
    private int padding;

    /** @param name begins the ids of all tasks */
    Load(World world, String name, Random random) {
        this.world = world;
        this.name = name;
        this.random = random;
    }

    /** Tasks of each way in: listed and called back, only one of both, and by a hint that has to be confirmed. */
    Load mixed(int count, int troubles) {
        for (int i = 0; i < count; i++) {
            List<FaultyOrigin.Fault> faults = new ArrayList<>();
            for (int t = random.nextInt(troubles + 1); t > 0; t--) {
                faults.add(FaultyOrigin.TROUBLE.get(random.nextInt(FaultyOrigin.TROUBLE.size())));
            }
            int size = i % 5 == 1 ? LARGE + random.nextInt(1_000) : 20_000 + random.nextInt(50_000);
            switch (i % 4) {
                case 0 -> kling(size, faults, true, true);
                case 1 -> suno(size, faults);
                case 2 -> kling(size, faults, true, false);
                default -> kling(size, faults, false, true);
            }
        }
        return this;
    }

    /** From now on payloads are so many bytes larger. */
    Load padded(int bytes) {
        padding = bytes;
        return this;
    }

    /** A task whose callback is believed. */
    Output kling(int size, List<FaultyOrigin.Fault> faults, boolean isListed, boolean calledBack) {
        String id = next();
        byte[] file = Media.mp4(random.nextInt(), size);
        return kling(id, world.origin.put(id, file, faults), Media.sha256(file), true, isListed, calledBack);
    }

    /** Tasks whose media are at an address that must not be reached, at once and by a redirect. */
    Load forbidden() {
        kling(next(), world.canary.url(), "", false, true, true);
        String id = next();
        kling(id, world.origin.redirect(id, world.canary.url()), "", false, true, true);
        return this;
    }

    private Output kling(String id, String url, String sha256, boolean storable, boolean isListed, boolean calledBack) {
        Output output = new Output("kling", id, "video-v", sha256, storable);
        Map<String, Object> task = KlingTasks.legacy(id, "succeed", KlingTasks.videos("v", url));
        task.put("task_status_msg", "-".repeat(padding));
        if (isListed) {
            world.kling.put(Node.PRODUCT, task);
            listed.add(output);
        } else {
            world.kling.putUnlisted(Node.PRODUCT, task);
        }
        if (calledBack) {
            byte[] body = FakeServer.write(task).getBytes(StandardCharsets.UTF_8);
            callbacks.add(new Callback("cb-" + id, Node.KLING_DOOR, body, true, output));
        }
        return output;
    }

    /** A task whose callback is only a hint. */
    Output suno(int size, List<FaultyOrigin.Fault> faults) {
        String id = next();
        byte[] file = Media.mp4(random.nextInt(), size);
        String url = world.origin.put(id, file, faults);
        Output output = new Output("suno", id, "video-0", Media.sha256(file), true);
        world.suno.putVideo(id, FakeSuno.video(id, "SUCCESS", url, null));
        byte[] body = FakeServer.write(FakeServer.map(
                        "code", 200, "msg", "ok", "data", FakeServer.map("task_id", id, "video_url", url)))
                .getBytes(StandardCharsets.UTF_8);
        callbacks.add(new Callback("cb-" + id, Node.SUNO_DOOR, body, false, output));
        return output;
    }

    private String next() {
        return name + "-" + tasks++;
    }

    List<Callback> callbacks() {
        return callbacks;
    }

    void acknowledged(Callback callback) {
        acknowledged.add(callback);
    }

    Set<Callback> acknowledged() {
        return acknowledged;
    }

    /** What must come to an end: all that a list shows, and all whose callback was acknowledged. */
    List<Output> promised() {
        List<Output> promised = new ArrayList<>(listed);
        acknowledged.stream()
                .map(Callback::output)
                .filter(output -> !promised.contains(output))
                .forEach(promised::add);
        return promised;
    }

    /** The list forgets them, so that the next load is alone. */
    void unlist() {
        listed.forEach(output -> world.kling.remove(Node.PRODUCT, output.taskId()));
    }
}
