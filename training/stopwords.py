"""Words that a question holds because it is a question or a sentence, in each language: they are not translated.

Articles, pronouns, prepositions, conjunctions, auxiliaries, question words, and the words that only name the kind of
answer. As people write them; `qa.scripts.normal` is applied where they are used.
"""

from __future__ import annotations

STOPWORDS = {
    "en": """a about above after again against all along also although am among an and another any anybody anyone anything
    are around as at away be became because become becomes been before being below between both but by call called came can
    cannot could define describe did do does doing done down during each either else ever every everyone explain few find
    first for from get gets getting give given gives go goes going gone got had has have having he her here hers herself him
    himself his how however i if in instead into is it its itself just kind kinds know known last least let like list made
    mainly make makes making many may me mention might mine more most mostly much must my myself name named names need
    neither no nor not now of off often on once one ones only onto or other others our ours out over own part per please
    put rather really s said same say says see seen several shall she should since so some somebody someone something
    still such t take taken tell than that the their theirs them themselves then there therefore these they thing things
    this those though through thus to too took toward towards type types under until up upon us use used using usually
    very via was way we well went were what whatever when whenever where whereas whether which while who whoever whom whose
    why will with within without would yet you your yours yourself d ll m re ve don didn doesn isn wasn aren ok""",
    "es": """a al algo algún alguna algunas alguno algunos ante antes aquel aquella aquellas aquello aquellos aquí así aún
    aunque bajo bien cada casi como cómo con contra cosa cosas cual cuál cuales cuáles cualquier cuando cuándo cuánta
    cuántas cuanto cuánto cuántos de del desde después dice dijo donde dónde dos durante e el él ella ellas ellos en entre
    era eran es esa esas ese eso esos esta está están estaba estaban estar estas este esto estos fue fueron fuera ha había
    habían haber hace hacen hacer hacia han hasta hay he hecho hizo hubo incluso la las le les llama llamaba llamado llamada
    lo los más me menos mi mientras mis mismo misma mucha muchas mucho muchos muy nada ni ninguna ninguno no nombre nos
    nosotros nuestra nuestro o os otra otras otro otros para parte pero poco por porque puede pueden podía pues que qué
    quien quién quienes quiénes se sea según ser si sí sido siempre siendo sin sino sobre solo sólo son su sus también tan
    tanto te ti tiempo tiene tienen tenía tenían tener tipo tipos toda todas todo todos tras tu tus u un una unas uno unos
    usted ustedes va vez y ya yo""",
    "de": """aber alle allem allen aller alles als also am an andere anderen anderer anderes auch auf aus bei beim bekannt
    bevor bin bis bist bzw da dabei dadurch dafür daher damals damit danach daran darauf daraus darin das dass dein deine
    dem den denen denn der deren des dessen die dies diese diesem diesen dieser dieses doch dort du durch ein eine einem
    einen einer eines einige einigen er es etwas euch für gab geben genannt gegen gibt haben hat hatte hatten heißt hieß
    hier hin hinter ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im in ins ist ja jede jedem jeden jeder jedes jedoch jene
    jetzt kann kein keine keinen können könnte konnte konnten machen macht machte man manche mehr mein meine mit mittels
    muss müssen mussten nach nannte neben nein nicht nichts noch nun nur ob obwohl oder ohne schon sehr sein seine seinem
    seinen seiner seines seit selbst sich sie sind so sogar soll sollen sollte sondern sonst sowie über um und uns unser
    unter viel viele vielen vom von vor war warum waren was weil welche welchem welchen welcher welches wem wen wenn wer
    werden wessen weshalb wie wieder wieviel wieviele will wir wird wo wobei wodurch wofür woher wohin womit woran worden
    worauf woraus worin wovon wozu wurde wurden während zu zum zur zwischen art arten name teil""",
    "el": """ένα ένας έναν μια μία ο η το οι τα του της των τον την τους τις στο στη στην στον στους στις στα σε με για από
    προς παρά κατά μετά πριν χωρίς και ή είτε αλλά όμως ούτε ότι πως που όπως όταν όπου αν εάν ώστε διότι επειδή γιατί αφού
    ενώ καθώς μέχρι ως έως εγώ εσύ αυτός αυτή αυτό αυτοί αυτές αυτά αυτού αυτών εμείς εσείς μου σου μας σας εκείνος εκείνη
    εκείνο ποιος ποια ποιο ποιοι ποιες ποιων ποιον ποιου ποιους τι πόσο πόση πόσα πόσοι πόσες πότε πού πώς είναι ήταν είχε
    είχαν έχει έχουν έχω είμαι να θα δεν δε μην μη κάθε κάποιος κάποια κάποιο κάποιοι όλα όλοι όλες όλο όλη άλλο άλλα άλλη
    άλλος άλλοι πολύ πολλά πολλοί πολλές πιο μόνο επίσης ακόμη ακόμα ήδη τώρα τότε εδώ εκεί μπορεί μπορούν μπορούσε πρέπει
    υπάρχει υπάρχουν υπήρχε υπήρχαν έκανε κάνει έγινε γίνεται λέγεται ονομάζεται ονομάστηκε ονομαζόταν οποία οποίο οποίος
    οποίες οποίοι οποίων μεταξύ κατω πάνω μέσα έξω είδος είδη όνομα λόγω σύμφωνα""",
    "ru": """а без более больше бы был была были было быть в вам вас весь вместо во вот все всё всего всегда всей всех вы где
    да даже для до другая другие других другой его ее её ей ему если есть еще ещё же за зачем и из или им имел имела имели
    имеет имеется имеют их к как какая какие каким каких какими какого какое какой каком какому какую когда который которая
    которое которые которого которой которому котором которых которым которую кого ком кому кто куда ли либо между меня
    мне много может можно могут мог могла могли мой мы на над надо назвали назван называется называются назывался названа
    нам нас наш не него нее неё ней некоторые нет нею ни них но ну о об один одна одно однако около он она они оно от откуда
    очень перед по под после потом потому почему при про раз с сам самый себя сколько со собой согласно стал стала стали
    стало так такая также такие такое такой там тем то того тоже той только том тому тот три ту ты у уже хотя чего чей чем
    через что чтобы чье чья эта эти этих это этого этой этом этот эту я является являются являлся вид виды имя своего свои
    свой своей своих свою которыми""",
    "tr": """acaba adı adlı ait ama ancak arasında aslında ayrıca bana bazı belki ben benim beri bile bir biri birkaç birçok
    biz bize bizim böyle bu buna bunda bundan bunlar bunu bunun burada çok çünkü da daha dahi de defa değil denir denilen
    diğer diye dolayı en gibi göre hangi hangisi hangileri hatta hem henüz hep hepsi her hiç için içinde ile ilgili ise
    ismi işte itibaren kaç kaçı kadar karşı kendi kendisi ki kim kimdi kimdir kime kimi kimin kimler kimdi kez mı mi mu mü
    nasıl ne neden nedeniyle nedir neler nelerdir neredeydi nerede nereden nereye neresi neye neyi niçin niye o olan olarak
    oldu olduğu olduğunu olmak olması olup olur olursa on ona ondan onlar onların onu onun oysa öyle rağmen sadece sanki
    sen siz sonra şekilde şey şu tarafından tüm türlü tür türü üzere üzerinde üzerine var vardı vardır ve veya ya yani
    yapan yaptı yapılan yer yerine yine yok zaman hangilerdir hakkında olmuştur olduğunda edildi etti eden edilen edilir
    eder etmek etmiştir kişi""",
    "ar": """ا أ أن إن أنّ إلى على عن من في مع منذ حتى حيث بين بعد قبل تحت فوق عند عندما لدى خلال ضد دون غير سوى كل بعض أي أية
    أيا هو هي هم هن هما أنا أنت نحن أنتم هذا هذه هذان هؤلاء ذلك تلك أولئك الذي التي الذين اللذان اللاتي اللواتي ما ماذا من متى
    أين كيف كم لماذا لم لن لا ليس ليست قد لقد سوف كان كانت كانوا يكون تكون يكونون كما لكن لكنّ بل ثم أو أم و ف ب ل ك إذا لو لولا
    فقط أيضا أيضاً جدا كذلك هناك هنا الآن به بها بهم له لها لهم فيه فيها فيهم منه منها منهم عليه عليها عليهم إليه إليها عنه عنها
    تم يتم تمت مثل نفس نحو حول أكثر أقل الأكثر ذات ذو وهو وهي وما ومن وفي ولم ولا مما عما بما لما فيما إنه أنه أنها إنها يمكن
    كلا كلتا أحد إحدى يسمى تسمى سمي سميت اسم نوع أنواع اذكر عدد الأخرى آخر أخرى يوجد توجد""",
    "vi": """ai anh bao nhiêu bao lâu bằng bị bởi các cả cái cần càng chỉ chiếc cho chưa chứ có có thể con còn cùng cũng của
    cuộc do dù dưới đã đang đây đâu để đến đều đi đó được gì giữa hay hãy hoặc hơn họ khác khi khi nào không là lại làm lên
    loại lúc mà mỗi một mọi mình này nào nên nếu ngay người ta nhưng những nhiều như như thế nào ở ông phải qua ra rằng rất
    rồi sau sẽ sự ta tại tại sao tên tên là thêm theo thế thì thuộc tôi trên trong trước từ từng và vào vẫn về vì vì sao việc
    với vừa gọi được gọi là đâu là bằng cách nào điều thứ nơi nó chúng chúng ta chúng tôi họ cô bà mấy kể cách lần vài
    cụ thể dùng sử dụng""",
    "th": """ที่ ใน ของ และ เป็น มี ได้ ไม่ ให้ จาก การ ความ ว่า จะ กับ หรือ แต่ โดย เพื่อ นี้ นั้น ซึ่ง อยู่ คือ ถูก ไป มา แล้ว ยัง ก็ ด้วย อะไร ใคร
    เมื่อใด เมื่อไหร่ เมื่อไร ที่ไหน ไหน อย่างไร ทำไม เท่าไหร่ เท่าไร เท่าใด กี่ ใด อันไหน สิ่งใด สิ่งที่ สิ่ง ผู้ ผู้ที่ ตาม ถึง ต่อ เมื่อ แห่ง ทั้ง หลาย บาง
    ทุก มาก น้อย กว่า ที่สุด เคย กำลัง ต้อง ควร อาจ สามารถ ทำ ทำให้ เรียก เรียกว่า ชื่อ ชื่อว่า ชนิด ประเภท แบบ อื่น เขา เธอ มัน พวกเขา เรา คุณ ฉัน ผม
    บ้าง ไร กัน เพราะ ถ้า หาก ดังนั้น จึง ระหว่าง ก่อน หลัง หลังจาก ภายใน ภายใต้ ด้าน ใช้ นับ แก่ ยิ่ง เอง คน ตัว ครั้ง อีก เช่น ไว้ ขึ้น ลง ออก เข้า
    ทาง ส่วน สำหรับ เกี่ยวกับ""",
    "hi": """का के की को से में पर ने और या एक है हैं था थी थे हो होता होती होते हुआ हुई हुए हो गया गई गए कर करना करता करती करते किया
    किए की कि जो जिस जिसे जिसमें जिसके जिन यह ये वह वे इस उस इन उन इसके उसके इसकी उसकी उनके उनकी उनका इसका उसका अपना अपने अपनी
    मैं हम तुम आप मेरा हमारा तथा एवं लेकिन परंतु बल्कि यदि अगर तो भी ही तक बाद पहले साथ लिए द्वारा बीच अंदर बाहर ऊपर नीचे बारे क्या
    कौन कौनसा कौनसी कौनसे किस किसे किसने किसका किसकी किसके किन किन्हें कब कहाँ कहां क्यों कैसे कैसा कैसी कितना कितनी कितने कुछ सभी सब
    हर कोई किसी अन्य दूसरे बहुत अधिक ज्यादा कम जब तब जहाँ वहाँ यहाँ अब फिर नहीं न मत रहा रही रहे सकता सकती सकते जाता जाती जाते
    जाना दिया दी दिए लिया लगा लगे वाला वाली वाले नाम प्रकार रूप तरह अनुसार दौरान कहा कहते जैसे ऐसे ऐसा ओर क़े उन्होंने इसे उसे उन्हें
    इन्हें गया थीं होने करने कहा जाता बताइए""",
    "ro": """a ai al ale am ar are as aș asta această aceasta aceste acestea acest acesta acestei acestor acestui acel acea
    acele acei aceea aceia această aici alt alta alte altul am an apoi asupra atunci au avea avem avut că căci când câmd
    care cărei căror cărui cât câte câtă câți ce cea cei cel cele celei celor ceva chiar cine cineva cu cui cum dacă dar de
    deci deja despre din dintre după ea ei el ele era erau este eu fi fie fiecare fiind foarte fost fără i ia iar în înainte
    încă între într întru își îi îl îmi îți la le li lor lui mai mare mult multă multe mulți mă mei mele meu mea ne nea
    nici niciun nimic noi nostru noastră nu numai numit numită numite numele o or ori orice pe pentru peste poate pot prin
    putea sa să sale sau se sens si și spre sub sunt su său sunt te ți tot toată toate toți totul tu un una unde unei unele
    unii unor unui unul va vor voi vreun fel tip tipul tipuri numea numesc numește ca cam către față fac face făcut timp""",
}
