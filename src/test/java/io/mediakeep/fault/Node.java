package io.mediakeep.fault;

import io.mediakeep.it.MediakeepProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;

/**
 * One process of the application and its ways to the others: to the storage, to PostgreSQL if the ledger is there, and from
 * the providers to its callback door. Settings are the shipped ones, with timers that fit a test.
 */
final class Node implements AutoCloseable {
    static final String KLING_DOOR = "/callbacks/kling/kling-token-0123456789";
    static final String SUNO_DOOR = "/callbacks/suno/suno-token-0123456789";
    static final String SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
    static final Duration UPLOAD_LIFE = Duration.ofMinutes(10);
    static final String PRODUCT = "videos/text2video";

    final String name;
    final MediakeepProcess process;
    final HttpWire storage;
    final HttpWire door;
    /** Null on SQLite. */
    final PostgresWire ledger;

    final SharedClock clock;

    /** @param ledgerUrl of a SQLite file, or null for the PostgreSQL of the world */
    Node(World world, String name, String ledgerUrl) throws IOException {
        this.name = name;
        Path directory = Files.createDirectory(world.directory().resolve(name));
        Path clockFile = directory.resolve("clock");
        clock = new SharedClock(clockFile);
        storage = new HttpWire(world.bucket.endpoint().getPort(), true);
        ledger = ledgerUrl == null ? new PostgresWire(world.postgresPort()) : null;
        process = new MediakeepProcess(directory, "160m");
        door = new HttpWire(process.port(), false);
        process.jvm(SharedClock.option(clockFile))
                .line(SharedClock.property())
                .edit("copy.camel.yaml", "period: \"5000\"", "period: \"1000\"")
                .edit("care.camel.yaml", "delay: \"60000\"", "delay: \"1000\"")
                .edit("care.camel.yaml", "period: \"600000\"", "period: \"2000\"")
                .edit("care.camel.yaml", "delay: \"120000\"", "delay: \"1000\"")
                .edit("care.camel.yaml", "period: \"3600000\"", "period: \"2000\"")
                .set("mediakeep.node", name)
                .set(
                        "mediakeep.ledger.url",
                        ledgerUrl != null
                                ? ledgerUrl
                                : "jdbc:postgresql://127.0.0.1:" + ledger.port() + "/postgres?user=postgres")
                .set("mediakeep.storage.endpoint", "http://127.0.0.1:" + storage.port())
                .set("mediakeep.storage.access-key", world.bucket.accessKey())
                .set("mediakeep.storage.secret-key", world.bucket.secretKey())
                .set("mediakeep.copy.part-size", "5 MiB")
                .set("mediakeep.copy.upload-life", UPLOAD_LIFE.toMinutes() + "m")
                .set("mediakeep.fetch.deadline", UPLOAD_LIFE.toMinutes() + "m")
                .set("mediakeep.fetch.stall-timeout", "2s")
                .set("mediakeep.fetch.rate-window", "2s")
                .set("mediakeep.kling.enabled", "true")
                .set("mediakeep.kling.callback-token", "kling-token-0123456789")
                .set("mediakeep.kling.callback-secret", SECRET)
                .set("mediakeep.kling.api-url", world.kling.url())
                .set("mediakeep.kling.api-key", "kling-api-key-secret")
                .set("mediakeep.kling.lists", PRODUCT)
                .set("mediakeep.kling.poll-interval", "1s")
                .set("mediakeep.kling.media-hosts", "127.0.0.1")
                .set("mediakeep.suno.enabled", "true")
                .set("mediakeep.suno.callback-token", "suno-token-0123456789")
                .set("mediakeep.suno.api-url", world.suno.url())
                .set("mediakeep.suno.api-key", "suno-api-key-secret")
                .set("mediakeep.suno.media-hosts", "127.0.0.1")
                .set("mediakeep.suno.calls", "1000");
    }

    Node start() throws IOException {
        process.start();
        return this;
    }

    /** How many lines of its log have the text. */
    int logged(String text) throws IOException {
        try (Stream<String> lines = Files.lines(process.log())) {
            return (int) lines.filter(line -> line.contains(text)).count();
        }
    }

    void healWires() {
        storage.rule(Rule.NONE);
        door.rule(Rule.NONE);
        if (ledger != null) {
            ledger.rule(Rule.NONE);
            ledger.refuse(false);
        }
    }

    @Override
    public void close() throws IOException {
        process.close();
        door.close();
        storage.close();
        if (ledger != null) {
            ledger.close();
        }
    }
}
