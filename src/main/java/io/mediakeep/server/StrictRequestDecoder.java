package io.mediakeep.server;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.impl.VertxHttpRequestDecoder;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Reads a request only if every server on the way must read it alike: whose length, host or lines can be understood in two
 * ways is no request, and its connection is of no further use. Source: RFC 9112, sections 2.2, 3.2, 5 and 6. For one
 * connection.
 */
final class StrictRequestDecoder extends VertxHttpRequestDecoder {
    static final String NAME = "httpDecoder";

    private static final Pattern HOST = Pattern.compile("[^\\s,/?#@\\\\]*");

    private final Runnable badBody;
    private boolean inBody;
    private boolean lineRead;
    private String fault;

    /** @param badBody what to do once the rest of a body cannot be read */
    StrictRequestDecoder(HttpServerOptions options, Runnable badBody) {
        super(options);
        this.badBody = badBody;
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
        if (!inBody && fault == null) {
            fault = fault(in, lineRead);
        }
        super.decode(ctx, in, out);
        for (Object part : List.copyOf(out)) {
            if (part instanceof HttpRequest) {
                inBody = true;
            } else if (part instanceof LastHttpContent last) {
                inBody = false;
                lineRead = false;
                if (last.decoderResult().isFailure()) {
                    // Vert.x would close the connection without a word.
                    out.remove(last);
                    badBody.run();
                }
            }
        }
    }

    @Override
    protected HttpMessage createMessage(String[] initialLine) {
        lineRead = true;
        return super.createMessage(initialLine);
    }

    /** Called once all headers of a message are there. */
    @Override
    protected boolean isContentAlwaysEmpty(HttpMessage message) {
        String found = fault;
        if (found == null && message instanceof HttpRequest request) {
            found = fault(request);
        }
        if (found != null) {
            throw new IllegalArgumentException(found);
        }
        return super.isContentAlwaysEmpty(message);
    }

    /**
     * What is wrong with the lines of a head, as far as they are there; null if nothing is.
     *
     * @param headers whether the request line was taken already
     */
    private static String fault(ByteBuf in, boolean headers) {
        boolean header = headers;
        int begin = in.readerIndex();
        int end;
        while ((end = in.indexOf(begin, in.writerIndex(), (byte) '\n')) >= 0) {
            if (end == begin || in.getByte(end - 1) != '\r') {
                return "a line must end with CR LF";
            }
            int last = end - 1;
            if (last == begin) {
                if (header) {
                    return null;
                }
            } else if (header) {
                String found = fault(in, begin, last);
                if (found != null) {
                    return found;
                }
            } else {
                header = true;
            }
            begin = end + 1;
        }
        return null;
    }

    /** What is wrong with a header line; null if nothing is. */
    private static String fault(ByteBuf in, int begin, int end) {
        if (isBlank(in.getByte(begin))) {
            return "a header must not be folded";
        }
        int colon = in.indexOf(begin, end, (byte) ':');
        if (colon <= begin || isBlank(in.getByte(colon - 1))) {
            return "a header must begin with a name and a colon";
        }
        for (int at = colon; at < end; at++) {
            byte value = in.getByte(at);
            if (value == 0 || value == '\r') {
                return "a header must be one line of text";
            }
        }
        return null;
    }

    private static String fault(HttpRequest request) {
        HttpHeaders headers = request.headers();
        boolean current = request.protocolVersion().equals(HttpVersion.HTTP_1_1);
        List<String> hosts = headers.getAll(HttpHeaderNames.HOST);
        if (hosts.size() > 1 || hosts.isEmpty() && current) {
            return "there must be one host";
        }
        if (!hosts.isEmpty() && !HOST.matcher(hosts.get(0)).matches()) {
            return "the host must be a host";
        }
        List<String> codings = headers.getAll(HttpHeaderNames.TRANSFER_ENCODING);
        if (!codings.isEmpty()
                && (codings.size() > 1
                        || !current
                        || !codings.get(0).equalsIgnoreCase("chunked")
                        || headers.contains(HttpHeaderNames.CONTENT_LENGTH))) {
            return "the end of the body must be told in one way";
        }
        String target = request.uri();
        if (!target.startsWith("/") && !(target.equals("*") && request.method().equals(HttpMethod.OPTIONS))) {
            return "the target must be a path";
        }
        return null;
    }

    private static boolean isBlank(byte value) {
        return value == ' ' || value == '\t';
    }
}
