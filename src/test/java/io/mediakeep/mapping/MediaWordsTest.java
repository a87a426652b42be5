package io.mediakeep.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MediaWordsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "true | 'a text'",
                "true | ['a', ' text']",
                "true | {'output':'a text','partial':false,'error':null,'audio_duration':3}",
                "true | {'text':'a text','prompt':{'image':'https://m.example.test/in.png'}}",
                "false | null",
                "false | ''",
                "false | [' ', null]",
                "false | {'seed':7,'ok':true}",
                "false | {'prompt':'a text'}",
                "false | 'https://m.example.test/a.png'",
                "false | 'data:image/png;base64,iVBORw0KGgo='",
                "false | {'text':'a text','image':{'url':''}}",
                "false | {'text':'a text','images':[]}",
                "false | {'text':'a text','audio_file':null}",
                "false | {'text':'a text','parts':[{'content_type':'image/png','url':null}]}"
            })
    void anAnswerInTextsHasWordsAndNoPlaceForAFile(boolean words, String answer) throws Exception {
        Object value = new JsonMapper().readValue(answer.replace('\'', '"'), new TypeReference<Object>() {});

        assertThat(MediaWords.in(value, List.of("Prompt"))).isEqualTo(words);
    }
}
