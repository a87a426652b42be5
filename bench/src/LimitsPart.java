import io.mediakeep.storage.StorageClientFactory;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32C;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/** What no program could beat here: the sync, the hashes, the reading and the writing alone. */
final class LimitsPart implements Bench.Part {
    private static final long SIZE = Bench.QUICK ? 64 << 20 : 1 << 30;
    private static final int PART = 8 << 20;

    @Override
    public void run(Scope scope, Table table) throws Exception {
        double[] none = new double[0];
        double[] syncs = new double[Bench.RUNS];
        double[] sha = new double[Bench.RUNS];
        double[] crc = new double[Bench.RUNS];
        byte[] noise = new byte[PART];
        new Random(1).nextBytes(noise);
        for (int run = 0; run < Bench.RUNS; run++) {
            syncs[run] = syncs(scope.file("sync"));
            sha[run] = rate(noise, bytes -> MessageDigest.getInstance("SHA-256").digest(bytes));
            crc[run] = rate(noise, bytes -> new CRC32C().update(bytes, 0, bytes.length));
        }
        table.row("fdatasync after each 1.2 KB, one writer", "/s", syncs, none, 0, "appended to a file");
        table.row("SHA-256, one thread", "MB/s", sha, none, 0, "");
        table.row("CRC32C, one thread", "MB/s", crc, none, 0, "");

        Origin origin = new Origin(scope);
        String url = origin.noise("large.mp4", SIZE);
        double[] wall = new double[Bench.RUNS];
        double[] cpu = new double[Bench.RUNS];
        for (int run = 0; run < Bench.RUNS; run++) {
            Scope.Took took = scope.shell(Map.of(), "curl -sS -o /dev/null " + url);
            wall[run] = SIZE / 1e6 / took.wall();
            cpu[run] = took.cpu();
        }
        table.row("nginx to `curl -o /dev/null`", "MB/s", wall, cpu, 0, "");

        StorageProcess storage = new StorageProcess(scope);
        double[] put = new double[Bench.RUNS];
        double[] server = new double[Bench.RUNS];
        try (S3Client client = StorageClientFactory.create(
                storage.endpoint(), "us-east-1", StorageServer.ACCESS_KEY, StorageServer.SECRET_KEY, true, 4)) {
            for (int run = -1; run < Bench.RUNS; run++) {
                storage.empty();
                double before = storage.child.cpu();
                long begin = System.nanoTime();
                for (int i = 0; i < SIZE / PART; i++) {
                    String key = "put-" + i;
                    client.putObject(r -> r.bucket("media").key(key), RequestBody.fromBytes(noise));
                }
                if (run >= 0) {
                    put[run] = SIZE / 1e6 / ((System.nanoTime() - begin) / 1e9);
                    server[run] = storage.child.cpu() - before;
                }
            }
        }
        table.row("PUT of 8 MiB from memory, one thread, signed", "MB/s", put, none, 0, CopyPart.served(server));
    }

    private interface Work {
        void on(byte[] bytes) throws Exception;
    }

    private static double rate(byte[] bytes, Work work) throws Exception {
        for (int i = 0; i < 8; i++) {
            work.on(bytes);
        }
        long begin = System.nanoTime();
        int count = 0;
        while (System.nanoTime() - begin < 1_000_000_000L) {
            work.on(bytes);
            count++;
        }
        return count * (bytes.length / 1e6) / ((System.nanoTime() - begin) / 1e9);
    }

    private static double syncs(Path file) throws Exception {
        ByteBuffer record = ByteBuffer.allocateDirect(1200);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            long begin = System.nanoTime();
            int count = 0;
            while (System.nanoTime() - begin < 1_500_000_000L) {
                channel.write(record.clear());
                channel.force(false);
                count++;
            }
            return count / ((System.nanoTime() - begin) / 1e9);
        }
    }
}
