package io.mediakeep.copy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** One file on loopback with a strong tag and ranges, which is sent up to a chosen byte. Thread-safe. */
public final class TaggedOrigin implements AutoCloseable {
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Get> gets = new CopyOnWriteArrayList<>();
    private final CountDownLatch going = new CountDownLatch(1);
    private volatile byte[] file;
    private volatile String etag = "\"v1\"";
    private volatile String md5;
    private volatile boolean announces = true;
    private volatile int end = Integer.MAX_VALUE;
    private volatile boolean stalls;

    /** A request and the first byte of its answer. */
    public record Get(String range, String ifRange, long from) {}

    public TaggedOrigin(byte[] file) {
        this.file = file;
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::serve);
        server.start();
    }

    /** A file that begins and ends like a video. */
    public static byte[] video(int seed, int size) {
        byte[] noise = new byte[size];
        new Random(seed).nextBytes(noise);
        ByteBuffer file = ByteBuffer.wrap(noise);
        file.putInt(24).put("ftypisom".getBytes(StandardCharsets.US_ASCII)).putInt(512);
        file.put("isommp42".getBytes(StandardCharsets.US_ASCII));
        file.putInt(8).put("moov".getBytes(StandardCharsets.US_ASCII));
        file.putInt(size - 32).put("mdat".getBytes(StandardCharsets.US_ASCII));
        return noise;
    }

    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/a.mp4?signature=secret";
    }

    /** The connection breaks before this byte, in every answer that would go beyond it. */
    public void breakAt(int at) {
        stalls = false;
        end = at;
    }

    /** Nothing more comes from this byte on until {@link #go}; the connection stays. */
    public void stallAt(int at) {
        stalls = true;
        end = at;
    }

    /** What stalled goes on. */
    public void go() {
        going.countDown();
    }

    public void serveAll() {
        end = Integer.MAX_VALUE;
    }

    /** @param tag null for none */
    public void change(byte[] bytes, String tag) {
        file = bytes;
        etag = tag;
    }

    public void announceMd5(String base64) {
        md5 = base64;
    }

    public void announceNoLength() {
        announces = false;
    }

    public List<Get> gets() {
        return gets;
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] bytes = file;
            String range = exchange.getRequestHeaders().getFirst("Range");
            String ifRange = exchange.getRequestHeaders().getFirst("If-Range");
            boolean partial = range != null && etag != null && etag.equals(ifRange);
            int from = partial ? Integer.parseInt(range.replaceAll("[^0-9]", "")) : 0;
            gets.add(new Get(range, ifRange, from));
            if (etag != null) {
                exchange.getResponseHeaders().set("ETag", etag);
            }
            if (md5 != null) {
                exchange.getResponseHeaders().set("Content-MD5", md5);
            }
            if (partial) {
                String total = announces ? Integer.toString(bytes.length) : "*";
                exchange.getResponseHeaders()
                        .set("Content-Range", "bytes " + from + "-" + (bytes.length - 1) + "/" + total);
            }
            exchange.sendResponseHeaders(partial ? 206 : 200, announces ? bytes.length - from : 0);
            int to = Math.min(bytes.length, Math.max(from, end));
            OutputStream body = exchange.getResponseBody();
            body.write(bytes, from, to - from);
            body.flush();
            if (to < bytes.length && !stalls) {
                throw new IOException("broken on purpose");
            }
            if (to < bytes.length) {
                going.await();
                body.write(bytes, to, bytes.length - to);
            }
            body.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        going.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
