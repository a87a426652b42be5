package io.mediakeep.storage;

import java.io.FilterInputStream;
import java.io.IOException;
import software.amazon.awssdk.core.ResponseInputStream;

/** Closing it early breaks the connection off; the stream below would read the rest of the object first. */
final class AbortingStream extends FilterInputStream {
    private final ResponseInputStream<?> response;
    private boolean ended;

    AbortingStream(ResponseInputStream<?> response) {
        super(response);
        this.response = response;
    }

    @Override
    public int read() throws IOException {
        int b = super.read();
        ended |= b < 0;
        return b;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        int n = super.read(buffer, offset, length);
        ended |= n < 0;
        return n;
    }

    @Override
    public void close() throws IOException {
        if (ended) {
            super.close();
        } else {
            response.abort();
        }
    }
}
