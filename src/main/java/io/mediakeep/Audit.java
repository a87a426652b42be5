package io.mediakeep;

import io.mediakeep.digest.Checksum;
import io.mediakeep.storage.Storage;
import io.mediakeep.storage.StoredObject;
import java.io.IOException;
import java.io.InputStream;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Compares what lists have shown with the ledger, and the ledger with the bucket. Reads alone. Not thread-safe. */
final class Audit {
    private static final int AT_A_TIME = 16;
    private static final int GROUP = 1_000;
    private static final int BUFFER = 1 << 16;

    private final Connection shown;
    private final Connection ledger;
    private final Storage storage;
    private final boolean deep;
    private final List<String> missing = new ArrayList<>();
    private long tasks;
    private long there;
    private long deadLetters;
    private long atWork;

    /**
     * @param shown  ledger of what the lists show
     * @param ledger of the product
     * @param deep   whether the content of each object is read
     */
    Audit(Connection shown, Connection ledger, Storage storage, boolean deep) {
        this.shown = shown;
        this.ledger = ledger;
        this.storage = storage;
        this.deep = deep;
    }

    /** A row of {@code media}. */
    private record Media(String key, String state, String object, long size, String sha256, String crc32c) {}

    private record Expected(String name, Media media) {}

    /** Provider, task and output of what is neither there nor explained, with why. */
    List<String> missing() {
        return missing;
    }

    Map<String, Object> counts() {
        Map<String, Object> counts = new LinkedHashMap<>();
        counts.put("tasks", tasks);
        counts.put("there", there);
        counts.put("deadLetters", deadLetters);
        counts.put("atWork", atWork);
        return counts;
    }

    /** @throws io.mediakeep.failure.Failure if the storage does not answer */
    void run() throws SQLException, InterruptedException {
        ExecutorService threads = Executors.newFixedThreadPool(AT_A_TIME);
        try (PreparedStatement all = shown.prepareStatement(
                        "SELECT provider, task_id FROM task WHERE status = 'succeeded' ORDER BY provider, task_id");
                ResultSet rows = all.executeQuery()) {
            List<Expected> objects = new ArrayList<>();
            while (rows.next()) {
                tasks++;
                task(rows.getString(1), rows.getString(2), objects);
                if (objects.size() >= GROUP) {
                    look(threads, objects);
                    objects.clear();
                }
            }
            look(threads, objects);
        } finally {
            threads.shutdownNow();
        }
    }

    private void task(String provider, String id, List<Expected> objects) throws SQLException {
        String name = provider + "/" + id;
        Optional<String> status = one("SELECT status FROM task WHERE provider = ? AND task_id = ?", provider, id);
        boolean explained = one(
                        "SELECT reason FROM dead_letter WHERE provider = ? AND (task_id = ? OR letter_key = ?)",
                        provider,
                        id,
                        id)
                .isPresent();
        if (status.isEmpty() || !status.get().equals("succeeded")) {
            if (explained) {
                deadLetters++;
            } else if (status.isPresent() && !status.get().equals("failed")) {
                atWork++;
            } else {
                missing.add(name + ": "
                        + (status.isEmpty() ? "the ledger does not know the task" : "the ledger has it as failed"));
            }
            return;
        }
        Map<String, Media> known = new HashMap<>();
        media(ledger, provider, id).forEach(media -> known.put(media.key(), media));
        Map<String, String> aliases = aliases(provider, id);
        List<Media> listed = media(shown, provider, id);
        for (Media media : listed) {
            String key = known.containsKey(media.key()) ? media.key() : aliases.get(media.key());
            if (key == null || !known.containsKey(key)) {
                if (explained) {
                    deadLetters++;
                } else {
                    missing.add(name + "/" + media.key() + ": the ledger does not know the output");
                }
            }
        }
        // What the product knows from elsewhere counts too: lists may show less than callbacks did.
        for (Media media : known.values()) {
            switch (media.state()) {
                case "stored" -> objects.add(new Expected(name + "/" + media.key(), media));
                case "dead" -> {
                    if (explained) {
                        deadLetters++;
                    } else {
                        missing.add(name + "/" + media.key() + ": given up without a dead letter");
                    }
                }
                default -> atWork++;
            }
        }
    }

    private void look(ExecutorService threads, List<Expected> objects) throws InterruptedException {
        List<Callable<String>> work = new ArrayList<>();
        objects.forEach(expected -> work.add(() -> trouble(expected.media())));
        List<Future<String>> found = threads.invokeAll(work);
        for (int i = 0; i < found.size(); i++) {
            try {
                String trouble = found.get(i).get();
                if (trouble == null) {
                    there++;
                } else {
                    missing.add(objects.get(i).name() + ": " + trouble);
                }
            } catch (ExecutionException e) {
                throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
            }
        }
    }

    /** What is wrong with an object; null for nothing. */
    private String trouble(Media media) throws IOException {
        Optional<StoredObject> object = storage.head(media.object());
        if (object.isEmpty()) {
            return "there is no object " + media.object();
        }
        if (object.get().size() != media.size()) {
            return "object " + media.object() + " has " + object.get().size() + " bytes instead of " + media.size();
        }
        Checksum checksum = media.sha256() != null
                ? new Checksum(Checksum.Algorithm.SHA256, media.sha256())
                : new Checksum(Checksum.Algorithm.CRC32C, media.crc32c());
        boolean same = deep
                ? read(media.object(), checksum.algorithm()).equals(checksum)
                : storage.checksum(object.get())
                        .filter(known -> known.algorithm() == checksum.algorithm())
                        .map(checksum::equals)
                        .orElse(true);
        return same
                ? null
                : "object " + media.object() + " has another "
                        + checksum.algorithm().label();
    }

    private Checksum read(String key, Checksum.Algorithm algorithm) throws IOException {
        Checksum.Running running = algorithm.begin();
        byte[] buffer = new byte[BUFFER];
        try (InputStream in = storage.read(key)) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                running.update(buffer, 0, n);
            }
        }
        return running.end();
    }

    private Optional<String> one(String sql, String... values) throws SQLException {
        try (PreparedStatement statement = ledger.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setString(i + 1, values[i]);
            }
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? Optional.ofNullable(rows.getString(1)) : Optional.empty();
            }
        }
    }

    private static List<Media> media(Connection connection, String provider, String id) throws SQLException {
        List<Media> media = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement("SELECT media_key, state, object_key,"
                + " coalesce(size, 0), sha256, crc32c FROM media WHERE provider = ? AND task_id = ?")) {
            statement.setString(1, provider);
            statement.setString(2, id);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    media.add(new Media(
                            rows.getString(1),
                            rows.getString(2),
                            rows.getString(3),
                            rows.getLong(4),
                            rows.getString(5),
                            rows.getString(6)));
                }
            }
        }
        return media;
    }

    private Map<String, String> aliases(String provider, String id) throws SQLException {
        Map<String, String> aliases = new HashMap<>();
        try (PreparedStatement statement = ledger.prepareStatement(
                "SELECT alias_key, media_key FROM media_alias WHERE provider = ? AND task_id = ?")) {
            statement.setString(1, provider);
            statement.setString(2, id);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    aliases.put(rows.getString(1), rows.getString(2));
                }
            }
        }
        return aliases;
    }
}
