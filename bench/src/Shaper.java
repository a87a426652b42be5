import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * A TCP proxy that makes a server on loopback far away: each byte arrives later by half of the round trip, and each
 * connection carries so many bytes a second each way; but not before {@link #begin}. Thread-safe.
 */
final class Shaper implements AutoCloseable {
    private static final int CHUNK = 64 << 10;
    /** More than a round trip holds, also where a sender writes small pieces. */
    private static final int CHUNKS = 512;

    /** A sender of small pieces is not made to wait for each, or the proxy would be what is measured. */
    private static final long SHORT_NANOS = 2_000_000;

    private final ServerSocket server;
    private final int target;
    private final long delayNanos;
    private final double nanosPerByte;
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "shaper");
        thread.setDaemon(true);
        return thread;
    });
    private volatile boolean far;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

    private record Chunk(byte[] bytes, long due) {}

    Shaper(Scope scope, int target, long roundTripMillis, double bytesPerSecond) throws IOException {
        this.target = target;
        delayNanos = roundTripMillis * 1_000_000 / 2;
        nanosPerByte = 1e9 / bytesPerSecond;
        server = new ServerSocket(0, 256, InetAddress.getLoopbackAddress());
        threads.submit(this::accept);
        scope.own(this);
    }

    /** From now on the server is far away. */
    void begin() {
        far = true;
    }

    /** Brings it back. */
    void end() {
        far = false;
    }

    int port() {
        return server.getLocalPort();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket near = server.accept();
                Socket far = new Socket(InetAddress.getLoopbackAddress(), target);
                near.setTcpNoDelay(true);
                far.setTcpNoDelay(true);
                sockets.add(near);
                sockets.add(far);
                pump(near, far);
                pump(far, near);
            } catch (IOException e) {
                // closed, or the target is gone
            }
        }
    }

    private void pump(Socket from, Socket to) {
        BlockingQueue<Chunk> way = new ArrayBlockingQueue<>(CHUNKS);
        threads.submit(() -> read(from, way));
        threads.submit(() -> write(way, to, from));
    }

    private void read(Socket from, BlockingQueue<Chunk> way) {
        try {
            byte[] buffer = new byte[CHUNK];
            try {
                InputStream in = from.getInputStream();
                for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                    way.put(new Chunk(Arrays.copyOf(buffer, count), due()));
                    if (far && count < CHUNK) {
                        TimeUnit.NANOSECONDS.sleep(SHORT_NANOS); // So that small pieces come together.
                    }
                }
            } catch (IOException e) {
                // the end, as any other
            }
            way.put(new Chunk(new byte[0], due()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private long due() {
        return System.nanoTime() + (far ? delayNanos : 0);
    }

    private void write(BlockingQueue<Chunk> way, Socket to, Socket from) {
        long free = System.nanoTime();
        try {
            OutputStream out = to.getOutputStream();
            for (Chunk chunk = way.take(); chunk.bytes().length > 0; chunk = way.take()) {
                free = Math.max(free, chunk.due());
                long wait = free - System.nanoTime();
                if (wait > SHORT_NANOS) {
                    TimeUnit.NANOSECONDS.sleep(wait);
                }
                out.write(chunk.bytes());
                free += far ? (long) (chunk.bytes().length * nanosPerByte) : 0;
            }
            to.shutdownOutput();
        } catch (IOException e) {
            close(to);
            close(from);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // nothing to do
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        sockets.forEach(Shaper::close);
        threads.shutdownNow();
    }
}
