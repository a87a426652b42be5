package io.mediakeep.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import io.mediakeep.event.MediaItem;
import io.mediakeep.event.TaskEvent;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the mappings make of the documented answers of each product; ' stands for ". */
class ProductsTest {
    private static ShippedMappings mappings;

    @BeforeAll
    static void open() {
        mappings = new ShippedMappings();
    }

    @AfterAll
    static void close() {
        mappings.close();
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            nullValues = "-",
            value = {
                "kling | general/custom-voices | voice-7 | {'voices':[{'voice_id':'7','trial_url':'u7','owned_by':'1'}]}",
                "kling | images/omni-image | series-0 series-1 | {'images':[],'series_images':[{'index':0,'url':'u0'},{'index':1,'url':'u1'}]}",
                "kling | images/generations | image-0-1 image-0-2 image-0-3 | {'images':[{'index':0,'url_1':'a','url_2':'b','url_3':'c'}]}",
                "kling | audio/text-to-audio | audio-a-mp3 | {'audios':[{'id':'a','url':'u','duration':'3'}]}",
                "kling | - | video-v audio-a-mp3 audio-a-wav | {'videos':[{'id':'v','url':'u'}],'audios':[{'id':'a','url_mp3':'m','url_wav':'w'}]}",
                "kling | general/advanced-custom-elements | element-5-0 element-5-1 element-5-voice | {'elements':[{'element_id':5,'element_image_list':{'frontal_image':'f','refer_images':[{'image_url':'r'}]},'element_voice_info':{'trial_url':'t'}}]}"
            })
    void readsEachResultOfKling(String provider, String product, String keys, String result) {
        check(provider, product, keys, "{'task_id':'1','task_status':'succeed','task_result':" + result + "}");
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            nullValues = "-",
            value = {
                "wav | wav-0 | {'code':200,'msg':'success','data':{'audioWavUrl':'u','task_id':'1'}}",
                "wav | wav-0 | {'code':200,'msg':'success','data':{'audio_wav_url':'u','task_id':'1'}}",
                "- | wav-0 | {'code':200,'data':{'taskId':'1','successFlag':'SUCCESS','response':{'audioWavUrl':'u'}}}",
                "- | wav-0 | {'code':200,'data':{'taskId':'1','status':'SUCCESS','response':{'audio_wav_url':'u'}}}",
                "vocal-removal | stem-instrumental stem-vocal | {'code':200,'data':{'task_id':'1','vocal_removal_info':{'instrumental_url':'i','origin_url':'','vocal_url':'v'}}}",
                "vocal-removal | stem-vocal stem-backing-vocals | {'code':200,'data':{'task_id':'1','vocal_separation_info':{'vocal_url':'v','backing_vocals_url':'b','fx_url':null}}}",
                "- | stem-vocal stem-backing-vocals | {'code':200,'data':{'taskId':'1','successFlag':'SUCCESS','response':{'vocalUrl':'v','backingVocalsUrl':'b','originUrl':null}}}",
                "vocal-removal | stem-x stem-y | {'code':200,'data':{'task_id':'1','vocal_removal_info':{'origin_data':[{'extract':{'id':'x','audio_url':'e'},'remove':{'id':'y','audio_url':'r'}}]}}}",
                "suno/cover | cover-0 cover-1 | {'code':200,'data':{'taskId':'1','images':['a','b']},'msg':'success'}",
                "- | cover-0 | {'code':200,'data':{'taskId':'1','successFlag':1,'response':{'images':['a']}}}",
                "suno/recovery | audio-a | {'code':200,'task_id':'1','msg':'success','data':[{'id':'a','audio_url':'u','status':'success'},{'id':'b','status':'failed','error':'feed_failed'}]}",
                "mp4 | video-0 | {'code':200,'data':{'task_id':'1','video_url':'u'}}",
                "generate | audio-a image-a | {'code':200,'data':{'callbackType':'complete','task_id':'1','data':[{'id':'a','audio_url':'u','image_url':'i'}]}}",
                "- | audio-a | {'code':200,'data':{'taskId':'1','successFlag':'CALLBACK_EXCEPTION','response':{'sunoData':[{'id':'a','audioUrl':'u'}]}}}"
            })
    void readsEachResultOfSunoApi(String product, String keys, String payload) {
        check("suno", product, keys, payload);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "lyrics | {'code':200,'data':{'callbackType':'complete','taskId':'1','data':[{'text':'la','title':'t','status':'complete'}]}}",
                "- | {'code':200,'data':{'taskId':'1','status':'SUCCESS','type':'LYRICS','response':{'data':[{'text':'la'}]}}}",
                "midi | {'task_id':'1','code':200,'data':{'state':'complete','instruments':[{'name':'Drums','notes':[]}]}}",
                "midi | {'code':200,'data':{'taskId':'1','recordTaskId':-1,'midiData':{'state':'complete'},'successFlag':1}}",
                "voice | {'code':200,'data':{'taskId':'1','voiceId':'v','status':'success','errorCode':0}}",
                "voice/validate | {'code':200,'data':{'taskId':'1','validateInfo':'sing','status':'wait_validating'}}"
            })
    void aProductOfSunoApiWithoutFilesEndsAsItIs(String product, String payload) {
        TaskEvent event = mappings.event("suno", payload.replace('\'', '"'));
        assertThat(event.status().word()).isEqualTo("succeeded");
        assertThat(event.noMedia()).isTrue();
        assertThat(event.media()).isEmpty();
        assertThat(event.unreadable()).isEmpty();
        assertThat(event.product()).isEqualTo(product.equals("-") ? null : product);
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            nullValues = "-",
            value = {
                "kling | cancelled | failed | cancelled | {'task_id':'1','task_status':'cancelled','task_status_msg':'','task_result':{}}",
                "kling | Expired | failed | Expired | {'id':'1','status':'Expired','message':''}",
                "kling | nsfw | failed | said | {'task_id':'1','task_status':'nsfw','task_status_msg':'said'}",
                "kling | failed | failed | - | {'task_id':'1','task_status':'failed','task_status_msg':''}",
                "vidu | canceled | failed | canceled | {'id':'1','state':'canceled'}",
                "vidu | expired | failed | said | {'id':'1','state':'expired','err_code':'said'}",
                "ark | canceled | failed | canceled | {'id':'1','status':'canceled'}",
                "suno | PENDING | submitted | - | {'code':200,'msg':'success','data':{'taskId':'1','successFlag':'PENDING'}}",
                "suno | 0 | submitted | - | {'code':200,'msg':'success','data':{'taskId':'1','successFlag':0}}",
                "suno | 2 | processing | - | {'code':200,'msg':'success','data':{'taskId':'1','successFlag':2}}",
                "suno | 201 | processing | - | {'code':201,'msg':'running','task_id':'1','data':null}",
                "suno | wav | failed | GENERATE_WAV_FAILED | {'code':200,'msg':'success','data':{'taskId':'1','successFlag':'GENERATE_WAV_FAILED'}}",
                "suno | fail | failed | said | {'code':200,'msg':'success','data':{'taskId':'1','status':'fail','errorMessage':'said'}}",
                "suno | 501 | failed | said | {'code':501,'msg':'said','data':{'taskId':'1','images':null}}",
                "suno | exception | processing | - | {'code':200,'msg':'success','data':{'taskId':'1','successFlag':'CALLBACK_EXCEPTION'}}"
            })
    void knowsTheFinalWords(String provider, String word, String status, String message, String payload) {
        TaskEvent event = mappings.event(provider, payload.replace('\'', '"'));
        assertThat(event.statusKnown()).isTrue();
        assertThat(event.status().word()).isEqualTo(status);
        assertThat(event.statusMessage()).isEqualTo(message);
    }

    private static void check(String provider, String product, String keys, String payload) {
        TaskEvent event = mappings.event(provider, payload.replace('\'', '"'));
        assertThat(event.status().word()).isEqualTo("succeeded");
        assertThat(event.media()).extracting(MediaItem::key).containsExactlyInAnyOrder(keys.split(" "));
        assertThat(event.unreadable()).isEmpty();
        assertThat(event.product()).isEqualTo(product);
    }
}
