package io.mediakeep.poll;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ItemKeyTest {
    @Test
    void isTheIdWhereThereIsOne() {
        assertThat(ItemKey.of(Map.of("task_id", "t-1", "url", "https://a.example/b?c")))
                .isEqualTo("id:t-1");
        assertThat(ItemKey.of(Map.of("id", 12345L))).isEqualTo("id:12345");
        assertThat(ItemKey.of(Map.of("id", "not an id", "taskId", "t-2"))).isEqualTo("id:t-2");
    }

    @Test
    void staysTheSameWhenUrlsAreSignedAnew() {
        assertThat(ItemKey.of(item("https://a.example/b.mp4?sig=1&e=2")))
                .isEqualTo(ItemKey.of(item("https://a.example/b.mp4?sig=3&e=4")))
                .isEqualTo(ItemKey.of(item("https://a.example/b.mp4")))
                .matches("[0-9a-f]{64}");
    }

    @Test
    void tellsItemsApart() {
        assertThat(ItemKey.of(item("https://a.example/b.mp4?x")))
                .isNotEqualTo(ItemKey.of(item("https://a.example/c.mp4?x")));
        assertThat(ItemKey.of(Arrays.asList("what?1", null))).isNotEqualTo(ItemKey.of(Arrays.asList("what?2", null)));
    }

    @Test
    void doesNotDependOnTheOrderOfTheMembers() {
        Map<String, Object> turned = new LinkedHashMap<>();
        turned.put("a", 1L);
        turned.put("works", List.of(Map.of("resource", "https://a.example/b.mp4")));
        turned.put("id", " ");
        assertThat(ItemKey.of(turned)).isEqualTo(ItemKey.of(item("https://a.example/b.mp4")));
    }

    private static Map<String, Object> item(String url) {
        Map<String, Object> item = new LinkedHashMap<>();
        item.put("id", " ");
        item.put("works", List.of(Map.of("resource", url)));
        item.put("a", 1L);
        return item;
    }
}
