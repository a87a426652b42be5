package io.mediakeep.storage;

import java.time.Duration;
import java.util.Optional;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.SdkHttpResponse;

/**
 * Two habits of the SDK that we do without. It sends {@code Expect: 100-continue}, and then waits for 3 s at each part if
 * the storage does not know it. And it sleeps for as long as {@code Retry-After} says, holding the copy's thread, buffer
 * and lease: long pauses belong into the ledger, so the value goes on with the failure instead.
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

    /** Only seconds; S3 sends no dates here. */
    static Optional<Duration> of(SdkHttpResponse response) {
        return response.firstMatchingHeader(HIDDEN)
                .or(() -> response.firstMatchingHeader(HEADER))
                .filter(text -> text.matches("[0-9]{1,6}"))
                .map(text -> Duration.ofSeconds(Long.parseLong(text)));
    }
}
