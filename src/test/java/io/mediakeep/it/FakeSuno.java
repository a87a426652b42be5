package io.mediakeep.it;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Suno API as its documentation says: details of music videos and of music, no list, and codes in the body. */
public final class FakeSuno extends FakeServer {
    private final String key;
    private final Map<String, Map<String, Object>> videos = new ConcurrentHashMap<>();
    private final Map<String, Map<String, Object>> music = new ConcurrentHashMap<>();

    public FakeSuno(String key) {
        this.key = key;
    }

    /** @param data what the details of the music video say */
    public void putVideo(String id, Map<String, Object> data) {
        videos.put(id, data);
    }

    /** @param data what the details of the music say */
    public void putMusic(String id, Map<String, Object> data) {
        music.put(id, data);
    }

    /** Details of a music video, with the callback URL and its token echoed. */
    public static Map<String, Object> video(String id, String flag, String url, String error) {
        return map(
                "taskId",
                id,
                "musicId",
                "audioId_1",
                "callbackUrl",
                "https://hooks.example.test/suno?t=echoed-secret",
                "audioId",
                "e231",
                "completeTime",
                null,
                "response",
                url == null ? null : map("videoUrl", url),
                "successFlag",
                flag,
                "createTime",
                System.currentTimeMillis(),
                "errorCode",
                null,
                "errorMessage",
                error);
    }

    @Override
    Answer answer(Call call) {
        if (!("Bearer " + key).equals(call.authorization())) {
            return Answer.json(200, map("code", 401, "msg", "You do not have access permissions"));
        }
        String id = call.parameter("taskId");
        Map<String, Map<String, Object>> known = switch (call.path()) {
            case "/api/v1/mp4/record-info" -> videos;
            case "/api/v1/generate/record-info" -> music;
            default -> null;
        };
        if (known == null || !call.method().equals("GET")) {
            return Answer.json(404, map("code", 404, "msg", "Not Found"));
        }
        return Answer.json(200, map("code", 200, "msg", "success", "data", id == null ? null : known.get(id)));
    }

    /** Its callback for a task that ended with a video at the URL. */
    static byte[] finished(String task, String url) throws JsonProcessingException {
        return JSON.writeValueAsBytes(
                Map.of("code", 200, "msg", "ok", "data", Map.of("task_id", task, "video_url", url)));
    }
}
