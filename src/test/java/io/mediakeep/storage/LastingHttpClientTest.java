package io.mediakeep.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.HttpExecuteResponse;
import software.amazon.awssdk.http.SdkHttpClient;

class LastingHttpClientTest {
    private final HttpExecuteRequest request = mock(HttpExecuteRequest.class);
    private final List<SdkHttpClient> made = new ArrayList<>();
    private final LastingHttpClient client = new LastingHttpClient(() -> {
        made.add(mock(SdkHttpClient.class));
        return made.get(made.size() - 1);
    });

    @ParameterizedTest
    @ValueSource(classes = {OutOfMemoryError.class, IllegalStateException.class})
    void isMadeAnewAfterWhatEndsTheConnections(Class<? extends Throwable> trouble) throws Exception {
        answers(0, trouble);
        assertThatThrownBy(() -> client.prepareRequest(request).call()).isInstanceOf(IOException.class);
        verify(made.get(0)).close();

        HttpExecuteResponse good = mock(HttpExecuteResponse.class);
        when(answer(1).call()).thenReturn(good);
        assertThat(client.prepareRequest(request).call()).isSameAs(good);
        assertThat(made).hasSize(2);
    }

    @Test
    void requestsThatEndTogetherMakeOneNewClient() throws Exception {
        answers(0, IllegalStateException.class);
        ExecutableHttpRequest first = client.prepareRequest(request);
        ExecutableHttpRequest second = client.prepareRequest(request);
        assertThatThrownBy(first::call).isInstanceOf(IOException.class);
        assertThatThrownBy(second::call).isInstanceOf(IOException.class);

        assertThat(made).hasSize(2);
        verify(made.get(1), never()).close();
    }

    @Test
    void staysAfterTroubleOfTheWay() throws Exception {
        answers(0, IOException.class);
        assertThatThrownBy(() -> client.prepareRequest(request).call()).isInstanceOf(IOException.class);

        assertThat(made).hasSize(1);
        client.close();
        verify(made.get(0)).close();
    }

    private void answers(int which, Class<? extends Throwable> trouble) throws IOException {
        when(answer(which).call()).thenThrow(trouble);
    }

    private ExecutableHttpRequest answer(int which) {
        ExecutableHttpRequest prepared = mock(ExecutableHttpRequest.class);
        when(made.get(which).prepareRequest(any())).thenReturn(prepared);
        return prepared;
    }
}
