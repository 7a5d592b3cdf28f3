"""Makes the exports that the tests read, with the real packages.

pip install argilla==2.8.0 label-studio-sdk==2.1.2 pyarrow; python make.py FOLDER

Argilla's records are written by its own JsonIO and GenericIO, JSON-MIN by Label Studio's own
converter. Label Studio's JSON is what its server answers; it is written here after the documented
format. Prodigy is not on PyPI: prodigy.jsonl is written by hand after its documentation.
"""

import json, uuid, sys, os
out = sys.argv[1]
import argilla as rg
from argilla.records._io._generic import GenericIO
from argilla.records._io._json import JsonIO
u1, u2 = uuid.UUID(int=1), uuid.UUID(int=2)
def rec(i, text, labels, span, rank, score):
    rs=[]
    for u,l in labels: 
        rs.append(rg.Response("sentiment", l, user_id=u, status="submitted"))
    rs.append(rg.Response("places", [{"label":"PLACE","start":span[0],"end":span[1]}], user_id=u1, status="submitted"))
    rs.append(rg.Response("topics", ["travel","food"][:i%2+1], user_id=u1, status="submitted"))
    rs.append(rg.Response("quality", i%5+1, user_id=u1, status="submitted"))
    rs.append(rg.Response("sentiment", "positive", user_id=uuid.UUID(int=3), status="draft"))
    return rg.Record(id=f"rec-{i}", fields={"text":text}, metadata={"source":"web"},
      suggestions=[rg.Suggestion("sentiment","negative",score=score,agent="model-1")], responses=rs)
records=[rec(1,"I went to Paris 😀 and Rome.",[(u1,"positive"),(u2,"negative")],(10,15),None,.9),
         rec(2,"😀 Oslo was cold.",[(u1,"negative"),(u2,"negative")],(2,6),None,.4)]
JsonIO.to_json(records, os.path.join(out,"argilla.json")) if not os.path.exists(os.path.join(out,"argilla.json")) else None
with open(os.path.join(out,"argilla-flat.jsonl"),"w") as f:
    for r in GenericIO.to_list(records, flatten=True): f.write(json.dumps(r)+"\n")
pairs=[rg.Record(id=f"p{i}", fields={"prompt":"Why?","reply-1":"Because.","reply-2":"No."},
  responses=[rg.Response("rank",["reply-2","reply-1"] if i%2 else ["reply-1","reply-2"],user_id=u1,status="submitted")]) for i in range(2)]
JsonIO.to_json(pairs, os.path.join(out,"argilla-ranking.json"))

from label_studio_sdk.converter import Converter
from label_studio_sdk.converter.converter import Format
config='''<View><Text name="text" value="$text"/><Labels name="ner" toName="text"><Label value="PER"/><Label value="LOC"/></Labels>
<Choices name="sentiment" toName="text" choice="single"><Choice value="Positive"/><Choice value="Negative"/></Choices>
<Rating name="quality" toName="text"/><TextArea name="note" toName="text"/></View>'''
def ann(i, who, s, q, spans, note="fine", **k):
    res=[{"id":f"r{i}s","from_name":"sentiment","to_name":"text","type":"choices","value":{"choices":[s]}},
     {"id":f"r{i}q","from_name":"quality","to_name":"text","type":"rating","value":{"rating":q}},
     {"id":f"r{i}n","from_name":"note","to_name":"text","type":"textarea","value":{"text":[note]}}]
    res+=[{"id":f"r{i}x{j}","from_name":"ner","to_name":"text","type":"labels","value":{"start":a,"end":b,"text":t,"labels":[l]}} for j,(a,b,t,l) in enumerate(spans)]
    return dict({"id":i,"completed_by":who,"result":res,"was_cancelled":False,"ground_truth":False,"created_at":"2024-05-01T10:00:00.000000Z","updated_at":"2024-05-01T10:00:00.000000Z","lead_time":12.5},**k)
ada={"id":7,"email":"Ada@Example.com","first_name":"Ada","last_name":"L"}
bob={"id":8,"email":"bob@example.com","first_name":"Bob","last_name":"B"}
tasks=[{"id":1,"data":{"text":"😀 Ada met Bob in Rome.","source":"web"},"annotations":[
   ann(11,ada,"Positive",5,[(3,6,"Ada","PER"),(18,22,"Rome","LOC")]), ann(12,bob,"Negative",2,[(3,6,"Ada","PER")]),
   ann(13,bob,"Negative",2,[],was_cancelled=True)],
   "predictions":[{"id":1,"model_version":"m1","score":0.8,"result":[{"id":"p","from_name":"sentiment","to_name":"text","type":"choices","value":{"choices":["Positive"]}}]}],"meta":{},"created_at":"2024-05-01T09:00:00Z","updated_at":"2024-05-01T09:00:00Z","project":1},
 {"id":2,"data":{"text":"Oslo is cold.","source":"web"},"annotations":[ann(14,ada,"Negative",3,[(0,4,"Oslo","LOC")],note="brr")],"predictions":[],"meta":{},"created_at":"2024-05-01T09:00:00Z","updated_at":"2024-05-01T09:00:00Z","project":1}]
src=os.path.join(out,"label-studio.json"); json.dump(tasks,open(src,"w"),indent=1,ensure_ascii=False)
d=os.path.join(out,"_c"); os.makedirs(d,exist_ok=True)
c=Converter(config, project_dir=None, download_resources=False)
c.convert(src, d, Format.JSON_MIN, is_dir=False)
os.rename(os.path.join(d,"result.json"), os.path.join(out,"label-studio-min.json"))

