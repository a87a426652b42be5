package io.mediakeep.fault;

import io.mediakeep.it.FakeKling;
import io.mediakeep.it.FakeSuno;
import io.mediakeep.storage.EmbeddedStorage;
import io.mediakeep.storage.Storage;
import io.mediakeep.storage.StorageClientFactory;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.services.s3.S3Client;

/** All that the application has around it: two providers, an origin, an S3 server, PostgreSQL, and an address it must not reach. */
final class World implements AutoCloseable {
    static final String BUCKET = "media";

    final SharedClock clock;
    final FakeKling kling;
    final FakeSuno suno = new FakeSuno("suno-api-key-secret");
    final FaultyOrigin origin = new FaultyOrigin();
    final Canary canary = new Canary();
    final EmbeddedStorage bucket;
    final S3Client s3;
    private final Path directory;
    private final List<Node> nodes = new ArrayList<>();
    private Postgres postgres;
    private String sqlite;

    World(Path directory) throws IOException {
        this.directory = directory;
        clock = new SharedClock(directory.resolve("clock"));
        kling = new FakeKling(clock, "kling-api-key-secret", null, null);
        bucket = new EmbeddedStorage(directory.resolve("bucket"), 0);
        s3 = StorageClientFactory.create(
                bucket.endpoint().toString(), "us-east-1", bucket.accessKey(), bucket.secretKey(), true, 4);
        new Storage(s3, BUCKET).checkBucket(true);
    }

    Path directory() {
        return directory;
    }

    /** A node on the PostgreSQL server of this world; not started. */
    Node node(String name) throws IOException {
        return add(new Node(this, name, null));
    }

    /** The only node, on a SQLite file; not started. */
    Node sqliteNode(Path file) throws IOException {
        sqlite = "jdbc:sqlite:" + file;
        return add(new Node(this, "single", sqlite));
    }

    private Node add(Node node) {
        nodes.add(node);
        return node;
    }

    List<Node> nodes() {
        return nodes;
    }

    /** Moves the clocks of all, also of the providers. */
    void advance(Duration by) {
        clock.advance(by);
        nodes.forEach(node -> node.clock.advance(by));
    }

    int postgresPort() throws IOException {
        return postgres().port();
    }

    Postgres postgres() throws IOException {
        if (postgres == null) {
            postgres = new Postgres(directory.resolve("postgres"));
        }
        return postgres;
    }

    /** The way to the ledger that no fault disturbs. */
    LedgerView ledger() {
        return new LedgerView(sqlite != null ? sqlite : postgres.url());
    }

    void delete(String key) {
        s3.deleteObject(b -> b.bucket(BUCKET).key(key));
    }

    @Override
    public void close() throws IOException {
        for (Node node : nodes) {
            node.close();
        }
        if (postgres != null) {
            postgres.close();
        }
        s3.close();
        bucket.close();
        canary.close();
        origin.close();
        suno.close();
        kling.close();
    }

    /** A PostgreSQL server that can be stopped and started again on its port and data. */
    static final class Postgres implements AutoCloseable {
        private final Path data;
        private EmbeddedPostgres server;

        Postgres(Path data) throws IOException {
            this.data = data;
            server = EmbeddedPostgres.builder()
                    .setDataDirectory(data)
                    .setCleanDataDirectory(false)
                    .start();
        }

        int port() {
            return server.getPort();
        }

        String url() {
            return server.getJdbcUrl("postgres", "postgres");
        }

        void restart() throws IOException {
            int port = port();
            server.close();
            server = EmbeddedPostgres.builder()
                    .setDataDirectory(data)
                    .setCleanDataDirectory(false)
                    .setPort(port)
                    .start();
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }
}
