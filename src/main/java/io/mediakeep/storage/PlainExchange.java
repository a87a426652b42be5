package io.mediakeep.storage;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;

/**
 * Three habits of the SDK that we do without. It sends {@code Expect: 100-continue}, and then waits for 3 s at each part if
 * the storage does not know it. And it sleeps for as long as {@code Retry-After} says, holding the copy's thread, buffer
 * and lease: long pauses belong into the ledger, so the value goes on with the failure instead. And it does not read the answer
 * of a storage that keeps the connection alive with blanks, before the XML, while it puts the parts together.
 */
final class PlainExchange implements ExecutionInterceptor {
    private static final String HEADER = "Retry-After";
    private static final String HIDDEN = "Mediakeep-Retry-After";

    @Override
    public SdkHttpRequest modifyHttpRequest(Context.ModifyHttpRequest context, ExecutionAttributes attributes) {
        return context.httpRequest().toBuilder().removeHeader("Expect").build();
    }

    @Override
    public SdkHttpResponse modifyHttpResponse(Context.ModifyHttpResponse context, ExecutionAttributes attributes) {
        SdkHttpResponse response = context.httpResponse();
        return response.firstMatchingHeader(HEADER)
                .map(value -> (SdkHttpResponse) response.toBuilder()
                        .removeHeader(HEADER)
                        .putHeader(HIDDEN, value)
                        .build())
                .orElse(response);
    }

    @Override
    public Optional<InputStream> modifyHttpResponseContent(
            Context.ModifyHttpResponse context, ExecutionAttributes attributes) {
        return context.request() instanceof CompleteMultipartUploadRequest
                ? context.responseBody().map(AfterBlanks::new)
                : context.responseBody();
    }

    private static final class AfterBlanks extends FilterInputStream {
        private boolean begun;

        AfterBlanks(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int b = super.read();
            while (!begun && (b == ' ' || b == '\n' || b == '\r' || b == '\t')) {
                b = super.read();
            }
            begun = true;
            return b;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            if (begun || length == 0) {
                return super.read(buffer, offset, length);
            }
            int first = read();
            if (first < 0) {
                return -1;
            }
            buffer[offset] = (byte) first;
            return 1;
        }
    }

    /** Only seconds; S3 sends no dates here. */
    static Optional<Duration> of(SdkHttpResponse response) {
        return response.firstMatchingHeader(HIDDEN)
                .or(() -> response.firstMatchingHeader(HEADER))
                .filter(text -> text.matches("[0-9]{1,6}"))
                .map(text -> Duration.ofSeconds(Long.parseLong(text)));
    }
}
